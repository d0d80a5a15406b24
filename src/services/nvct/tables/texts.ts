/** The vendor's texts for a task that the key does not cover, by operation. From the published code. */
export const MISMATCHES: Readonly<Record<string, string>> = {
  createTask: 'Forbidden to create task',
  getTask: 'Insufficient resource access for task details',
  cancelTask: 'Insufficient resource access to cancel task',
  deleteTask: 'Insufficient resource access to delete task',
  listTaskEvents: "Task '{taskId}': Forbidden to list events",
  listTaskResults: "Task '{taskId}': Forbidden to list results",
  updateTaskSecrets: "Task '{taskId}': Forbidden to update secrets",
};

/** The vendor's texts for a task that does not exist or belongs to another account. From the published code. */
export const ABSENT = {
  nobodys: "Task id '{taskId}': Not found",
  foreign: "Task id '{taskId}': Not found in account '{account}'",
} as const;

/** The vendor's texts for refused requests. From the published code. */
export const FAULTS = {
  cursor: "Invalid cursor: '{cursor}'",
  ended: "Invalid request: Cannot cancel a Task with '{status}' terminal status",
  noSecretsSent: "Task id '{id}': Missing secrets in the payload",
  noSecretsKept: "Task id '{id}': Cannot update secrets for a Task that does not have any secrets",
  secretsOfEnded: "Task id '{id}': Cannot update secrets for a Task with terminal status '{status}'",
  duplicateSecretsSent: "Task id '{id}': Duplicate secrets keys in the payload",
  zeroDuration: "Invalid request: '{name}' cannot be of zero length",
  longGracePeriod: "Invalid request: 'terminationGracePeriodDuration' cannot exceed 'maxRuntimeDuration'",
  noRuntimeOnGfn: "Invalid request: 'maxRuntimeDuration' must be specified when launching Task on 'GFN'",
  longRuntimeOnGfn: "Invalid request: 'maxRuntimeDuration' cannot exceed PT8H for launching Task on 'GFN'",
  duplicateSecrets: 'Invalid request: Duplicate secrets keys in the payload',
  // The double space is the vendor's.
  noSecrets: "Invalid request: Missing secrets with  default or UPLOAD 'resultHandlingStrategy'",
  noNgcApiKey: "Invalid request: Missing 'NGC_API_KEY' secret key in the payload",
  noResultsLocation: "Invalid request: Missing 'resultsLocation' property",
  badResultsLocation:
    "Invalid request: 'resultsLocation' should have format '<org-name>/optional-team-name/<model-name>'",
  configurationOfContainer:
    'Invalid request: Container-based Task should have empty configuration field in GPU specification',
  policyOfContainer:
    'Invalid request: Container-based Task should have empty helmValidationPolicy field in GPU specification',
  nothingToRun:
    "Invalid request: One of the following properties 'containerImage' or 'helmChart' must be specified in the payload",
  besideChart: "Invalid request: Cannot specify both '{name}' and 'helmChart' properties in the payload",
} as const;

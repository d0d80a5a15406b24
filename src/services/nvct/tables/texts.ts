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

interface FieldEvent {
  readonly currentTarget: { readonly value: string };
}

export function handleValue(change: (value: string) => void): (event: FieldEvent) => void {
  return (event) => change(event.currentTarget.value);
}

/** Returns a handler for `onSubmit` that runs an action in place of the submission by the browser. */
export function handleSubmit(action: (form: HTMLFormElement) => void): (event: Event) => void {
  return (event) => {
    event.preventDefault();
    action(event.currentTarget as HTMLFormElement);
  };
}

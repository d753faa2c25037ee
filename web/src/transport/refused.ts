/** The server answered, and said no: what happened and what to do about it, in words for a person. */
export class Refused extends Error {
  constructor(
    message: string,
    readonly remedy: string = '',
    readonly status: number = 0,
  ) {
    super(message);
    this.name = 'Refused';
  }
}

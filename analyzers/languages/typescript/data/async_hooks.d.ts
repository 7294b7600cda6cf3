// Node's ways to run a function in a context.
export class AsyncResource {
  constructor(type: any, options?: any);
  bind(f: any): any;
  static bind(f: any): any;
  runInAsyncScope(f: any, self?: any, ...args: any[]): any;
  emitDestroy(): any;
}
export class AsyncLocalStorage {
  constructor(options?: any);
  run(store: any, f: any, ...args: any[]): any;
  exit(f: any, ...args: any[]): any;
  getStore(): any;
  static bind(f: any): any;
}

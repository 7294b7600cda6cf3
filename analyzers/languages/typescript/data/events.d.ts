// Node's emitters of events.
export class EventEmitter {
  on(event: any, f: any): any;
  once(event: any, f: any): any;
  addListener(event: any, f: any): any;
  prependListener(event: any, f: any): any;
  prependOnceListener(event: any, f: any): any;
  off(event: any, f: any): any;
  removeListener(event: any, f: any): any;
  removeAllListeners(event?: any): any;
  emit(event: any, ...args: any[]): boolean;
  listeners(event: any): any[];
  listenerCount(event: any): number;
  setMaxListeners(n: number): any;
  static once(emitter: any, event: any): Promise<any[]>;
}
export default EventEmitter;

// What is there in JavaScript without being imported, as far as the analysis asks for it.
// Written for Forethought: what a call gives, above all where it may give nothing.
declare class Object {
  static assign(target: any, ...sources: any[]): any;
  static keys(o: any): string[];
  static getOwnPropertyNames(o: any): string[];
  static values(o: any): any[];
  static entries(o: any): any[];
  static fromEntries(entries: any): any;
  static freeze(o: any): any;
  static seal(o: any): any;
  static preventExtensions(o: any): any;
  static create(o: any, properties?: any): any;
  static setPrototypeOf(o: any, p: any): any;
  static getPrototypeOf(o: any): any;
  static defineProperty(o: any, p: any, d: any): any;
  static defineProperties(o: any, p: any): any;
  static is(a: any, b: any): boolean;
  static isFrozen(o: any): boolean;
  static hasOwn(o: any, k: any): boolean;
  static getOwnPropertyDescriptor(o: any, k: any): any | undefined;
  hasOwnProperty(k: any): boolean;
  isPrototypeOf(o: any): boolean;
  propertyIsEnumerable(k: any): boolean;
  toString(): string;
  toLocaleString(): string;
  valueOf(): any;
}
declare class Function { name: string; length: number; toString(): string; }
declare class Array<T> {
  length: number;
  static from(x: any, f?: any): any[];
  static fromAsync(x: any, f?: any): any[];
  static of(...items: any[]): any[];
  static isArray(x: any): boolean;
  map(f: any): any[]; flatMap(f: any): any[]; flat(depth?: number): any[]; filter(f: any): T[];
  find(f: any): T | undefined; findLast(f: any): T | undefined; findIndex(f: any): number; findLastIndex(f: any): number;
  some(f: any): boolean; every(f: any): boolean; forEach(f: any): void;
  reduce(f: any, start?: any): any; reduceRight(f: any, start?: any): any;
  sort(f?: any): T[]; toSorted(f?: any): T[]; push(...items: T[]): number; unshift(...items: T[]): number;
  pop(): T | undefined; shift(): T | undefined; at(i: number): T | undefined; splice(start: number, n?: number, ...items: T[]): T[];
  slice(a?: number, b?: number): T[]; concat(...items: any[]): T[]; reverse(): T[]; toReversed(): T[]; fill(x: T, a?: number, b?: number): T[];
  values(): T[]; keys(): number[]; entries(): any[]; join(s?: string): string; indexOf(x: any, from?: number): number;
  lastIndexOf(x: any, from?: number): number; includes(x: any, from?: number): boolean; copyWithin(a: number, b: number, c?: number): T[];
  with(i: number, x: T): T[]; toSpliced(start: number, n?: number, ...items: T[]): T[];
}
declare class String {
  length: number;
  static raw(strings: any, ...parts: any[]): string;
  static fromCharCode(...codes: number[]): string;
  static fromCodePoint(...codes: number[]): string;
  charAt(i: number): string; charCodeAt(i: number): number; codePointAt(i: number): number | undefined; at(i: number): string | undefined;
  concat(...parts: any[]): string; indexOf(s: string, from?: number): number; lastIndexOf(s: string, from?: number): number;
  includes(s: string, from?: number): boolean; startsWith(s: string, from?: number): boolean; endsWith(s: string, to?: number): boolean;
  match(re: any): any[] | null; matchAll(re: any): any[]; replace(a: any, b: any): string; replaceAll(a: any, b: any): string;
  search(re: any): number; slice(a?: number, b?: number): string; split(s?: any, n?: number): string[]; substring(a: number, b?: number): string;
  substr(a: number, n?: number): string; toLowerCase(): string; toUpperCase(): string; toLocaleLowerCase(): string; toLocaleUpperCase(): string;
  trim(): string; trimStart(): string; trimEnd(): string; padStart(n: number, s?: string): string; padEnd(n: number, s?: string): string;
  repeat(n: number): string; normalize(f?: string): string; localeCompare(s: string, l?: any, o?: any): number; toString(): string; valueOf(): string;
}
declare class Number {
  static parseFloat(s: string): number; static parseInt(s: string, radix?: number): number; static isInteger(x: any): boolean;
  static isNaN(x: any): boolean; static isFinite(x: any): boolean; static isSafeInteger(x: any): boolean;
  static MAX_SAFE_INTEGER: number; static MIN_SAFE_INTEGER: number; static EPSILON: number; static MAX_VALUE: number;
  toFixed(n?: number): string; toPrecision(n?: number): string; toString(radix?: number): string; toExponential(n?: number): string; valueOf(): number;
  toLocaleString(l?: any, o?: any): string;
}
declare class Boolean { toString(): string; valueOf(): boolean; }
declare class Symbol {
  static for(k: string): symbol; static iterator: string; static asyncIterator: string; static hasInstance: string; static toPrimitive: string;
  static toStringTag: string; description: string | undefined; toString(): string;
}
declare class BigInt { toString(radix?: number): string; }
declare class RegExp {
  source: string; flags: string; lastIndex: number; global: boolean;
  exec(s: string): any[] | null; test(s: string): boolean; toString(): string;
}
declare class Date {
  static now(): number; static parse(s: string): number; static UTC(...parts: number[]): number;
  getTime(): number; getFullYear(): number; getMonth(): number; getDate(): number; getDay(): number; getHours(): number; getMinutes(): number;
  getSeconds(): number; getMilliseconds(): number; getTimezoneOffset(): number; toISOString(): string; toJSON(): string; toString(): string;
  toDateString(): string; toLocaleString(l?: any, o?: any): string; toLocaleDateString(l?: any, o?: any): string; toLocaleTimeString(l?: any, o?: any): string;
  toUTCString(): string; valueOf(): number; setTime(n: number): number; setFullYear(...n: number[]): number; setMonth(...n: number[]): number;
  setDate(n: number): number; setHours(...n: number[]): number; setMinutes(...n: number[]): number; setSeconds(...n: number[]): number;
  getUTCFullYear(): number; getUTCMonth(): number; getUTCDate(): number; getUTCHours(): number; getUTCMinutes(): number; getUTCSeconds(): number;
}
declare class Map<K, V> {
  size: number;
  static groupBy(x: any, f: any): any;
  get(k: K): V | undefined; set(k: K, v: V): Map<K, V>; has(k: K): boolean; delete(k: K): boolean; clear(): void;
  forEach(f: any): void; keys(): K[]; values(): V[]; entries(): any[];
}
declare class WeakMap<K, V> extends Map<K, V> {}
declare class Set<T> {
  size: number;
  add(x: T): Set<T>; has(x: T): boolean; delete(x: T): boolean; clear(): void; forEach(f: any): void; keys(): T[]; values(): T[]; entries(): any[];
  union(o: Set<T>): Set<T>; intersection(o: Set<T>): Set<T>; difference(o: Set<T>): Set<T>; isSubsetOf(o: Set<T>): boolean;
}
declare class WeakSet<T> extends Set<T> {}
declare class WeakRef<T> { deref(): T | undefined; }
declare class Promise<T> {
  static resolve(x?: any): any; static reject(e?: any): any; static all(x: any): any; static allSettled(x: any): any; static race(x: any): any;
  static any(x: any): any; static withResolvers(): any;
  then(f?: any, g?: any): any; catch(f?: any): any; finally(f?: any): any;
}
declare class Iterable<T> {}
declare class AsyncIterable<T> {}
declare class Iterator<T> { next(x?: any): any; return(x?: any): any; }
declare class IterableIterator<T> { next(x?: any): any; return(x?: any): any; }
declare class Generator { next(x?: any): any; return(x?: any): any; throw(e: any): any; }
declare class Error { name: string; message: string; stack: string | undefined; cause: any; static captureStackTrace(o: any, f?: any): void; toString(): string; }
declare class TypeError extends Error {}
declare class RangeError extends Error {}
declare class SyntaxError extends Error {}
declare class ReferenceError extends Error {}
declare class EvalError extends Error {}
declare class URIError extends Error {}
declare class AggregateError extends Error { errors: any[]; }
declare class DOMException extends Error { code: number; }
declare class JSON { static parse(s: string, f?: any): any; static stringify(x: any, f?: any, n?: any): string; }
declare class Math {
  static PI: number; static E: number; static abs(x: number): number; static floor(x: number): number; static ceil(x: number): number; static round(x: number): number;
  static max(...x: number[]): number; static min(...x: number[]): number; static pow(a: number, b: number): number; static sqrt(x: number): number; static random(): number;
  static trunc(x: number): number; static sign(x: number): number; static log(x: number): number; static log2(x: number): number; static log10(x: number): number;
  static exp(x: number): number; static sin(x: number): number; static cos(x: number): number; static tan(x: number): number; static atan2(a: number, b: number): number;
  static hypot(...x: number[]): number; static cbrt(x: number): number; static atan(x: number): number; static imul(a: number, b: number): number;
}
declare class Reflect {
  static apply(f: any, t: any, a: any): any; static construct(f: any, a: any, n?: any): any; static get(o: any, k: any, r?: any): any; static set(o: any, k: any, v: any, r?: any): boolean;
  static has(o: any, k: any): boolean; static ownKeys(o: any): string[]; static deleteProperty(o: any, k: any): boolean; static getPrototypeOf(o: any): any;
  static defineProperty(o: any, k: any, d: any): boolean; static getMetadata(...x: any[]): any; static defineMetadata(...x: any[]): void;
}
declare class Proxy {}
declare class console {
  static log(...x: any[]): void; static error(...x: any[]): void; static warn(...x: any[]): void; static info(...x: any[]): void; static debug(...x: any[]): void;
  static trace(...x: any[]): void; static table(...x: any[]): void; static group(...x: any[]): void; static groupEnd(): void; static time(s?: string): void;
  static timeEnd(s?: string): void; static assert(...x: any[]): void; static dir(...x: any[]): void; static count(s?: string): void;
}
declare class EventTarget { addEventListener(t: string, f: any, o?: any): void; removeEventListener(t: string, f: any, o?: any): void; dispatchEvent(e: any): boolean; }
declare class AbortController { signal: AbortSignal; abort(reason?: any): void; }
declare class AbortSignal extends EventTarget { aborted: boolean; reason: any; throwIfAborted(): void; static timeout(n: number): AbortSignal; static any(x: any[]): AbortSignal; }
declare class URL {
  href: string; origin: string; protocol: string; host: string; hostname: string; port: string; pathname: string; search: string; hash: string; searchParams: URLSearchParams;
  toString(): string; static canParse(s: string, b?: string): boolean;
}
declare class URLSearchParams {
  get(k: string): string | null; getAll(k: string): string[]; has(k: string): boolean; set(k: string, v: string): void; append(k: string, v: string): void; delete(k: string): void;
  toString(): string; entries(): any[]; keys(): string[]; values(): string[]; forEach(f: any): void;
}
declare class TextEncoder { encode(s?: string): any; }
declare class TextDecoder { decode(x?: any, o?: any): string; }
declare class Headers { get(k: string): string | null; set(k: string, v: string): void; has(k: string): boolean; append(k: string, v: string): void; delete(k: string): void; forEach(f: any): void; entries(): any[]; }
declare class Response { ok: boolean; status: number; statusText: string; headers: Headers; url: string; json(): Promise<any>; text(): Promise<string>; arrayBuffer(): Promise<any>; blob(): Promise<any>; clone(): Response; }
declare class Request { method: string; url: string; headers: Headers; json(): Promise<any>; text(): Promise<string>; }
declare class Storage { getItem(k: string): string | null; setItem(k: string, v: string): void; removeItem(k: string): void; clear(): void; }
declare function fetch(x: any, o?: any): Promise<Response>;
declare function parseInt(s: any, radix?: number): number;
declare function parseFloat(s: any): number;
declare function isNaN(x: any): boolean;
declare function isFinite(x: any): boolean;
declare function setTimeout(f: any, ms?: number, ...args: any[]): number;
declare function setInterval(f: any, ms?: number, ...args: any[]): number;
declare function setImmediate(f: any, ...args: any[]): number;
declare function queueMicrotask(f: any): void;
declare function requestAnimationFrame(f: any): number;
declare function clearTimeout(x?: any): void;
declare function clearInterval(x?: any): void;
declare function clearImmediate(x?: any): void;
declare function structuredClone(x: any): any;
declare function encodeURIComponent(s: any): string;
declare function decodeURIComponent(s: string): string;
declare function encodeURI(s: string): string;
declare function decodeURI(s: string): string;
declare function eval(s: string): any;
declare var localStorage: Storage;
declare var sessionStorage: Storage;

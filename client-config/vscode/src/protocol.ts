// What the server answers beyond the protocol; docs/protocol.md describes it.

import type { Location, Range } from 'vscode-languageclient';

export type Auth = 'required' | 'optional' | 'none' | 'unknown';

export interface Endpoint {
  kind: string;
  method: string;
  path: string;
  pathKnown: boolean;
  resource: string;
  auth: Auth;
  guards: string[];
  statuses: number[];
  summary: string;
  framework: string;
  deprecated: boolean;
  handler: string;
  location: Location;
  handlerLocation: Location | null;
  within: Location[];
}

export interface Persona {
  name: string;
  description: string;
  color: string;
  uri: string;
}

export interface PersonaFile extends Persona {
  origin: 'workspace' | 'github' | 'user' | 'bundled' | 'file';
  setting: string;
  active: boolean;
  usable: boolean;
  shadowedBy: string | null;
  problems: string[];
}

export interface Status {
  version: string;
  persona: Persona | null;
  ai: 'off' | 'no-key' | 'on' | 'running' | 'unavailable';
  /** Why nobody can be asked, as a sentence; "" where somebody can. */
  aiWhy: string;
  /** When it can be asked again, in seconds since 1970; null where that is not known. */
  aiUntil: number | null;
}

export interface Row {
  kind: 'commitment' | 'background' | 'technology';
  text: string;
  section: string;
  range: Range;
  topics: string[];
  rules: string[];
  features: string[];
  why: string;
  group: string;
}

export interface Coverage extends Persona {
  rows: Row[];
  pages: Record<string, string>;
  features: Record<string, string>;
}

/** A finding as the counting needs it: 0 is an error, 1 a warning, 2 an information, 3 a hint, as in VS Code. */
export interface Finding {
  uri: string;
  range: Range;
  severity: number;
  message: string;
}

export const ENDPOINTS = 'personaLsp/endpoints';
export const ENDPOINTS_CHANGED = 'personaLsp/endpointsChanged';
export const PERSONAS = 'personaLsp/personas';
export const COVERAGE = 'personaLsp/coverage';
export const STATUS = 'personaLsp/status';

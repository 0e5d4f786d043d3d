import { z } from 'zod';
import type { Journal } from '../journal.ts';
import {
  callSchema,
  executionSchema,
  jobSchema,
  operationSchema,
  revisionSchema,
  serviceSchema,
} from './records.ts';
import { sqlBackupSchema, sqlInstanceSchema, sqlOperationSchema } from './sql-records.ts';

const changeSchema = z.tuple([z.string(), z.string(), z.unknown()]);
type Change = readonly [table: string, key: string, row: unknown];

/** Rows by key, in the order in which they were first put. Every change goes through the store's journal. */
export class Table<Row> {
  readonly name: string;
  readonly #schema: z.ZodType<Row>;
  readonly #record: (change: Change) => void;
  readonly #rows = new Map<string, Row>();

  constructor(name: string, schema: z.ZodType<Row>, record: (change: Change) => void) {
    this.name = name;
    this.#schema = schema;
    this.#record = record;
  }

  get(key: string): Row | undefined {
    return this.#rows.get(key);
  }

  all(): readonly Row[] {
    return [...this.#rows.values()];
  }

  keys(): readonly string[] {
    return [...this.#rows.keys()];
  }

  put(key: string, row: Row): Row {
    this.#rows.set(key, row);
    this.#record([this.name, key, row]);
    return row;
  }

  delete(key: string): void {
    if (this.#rows.delete(key)) this.#record([this.name, key, null]);
  }

  /** Takes a row as it was written to the journal; `null` means that it was deleted. */
  replay(key: string, row: unknown): void {
    if (row === null) this.#rows.delete(key);
    else this.#rows.set(key, this.#schema.parse(row));
  }

  snapshot(): readonly Change[] {
    return [...this.#rows].map(([key, row]) => [this.name, key, row]);
  }
}

/**
 * Everything the demo cloud remembers. Changes made inside one `transact` are one line of the journal: after a
 * `kill -9` all of them are there or none.
 */
export class CloudStore {
  readonly #journal: Journal;
  readonly #record = (change: Change): void => {
    this.#pending.push(change);
    if (this.#depth === 0) this.#flush();
  };
  readonly services = new Table('services', serviceSchema, this.#record);
  readonly revisions = new Table('revisions', revisionSchema, this.#record);
  readonly operations = new Table('operations', operationSchema, this.#record);
  readonly jobs = new Table('jobs', jobSchema, this.#record);
  readonly executions = new Table('executions', executionSchema, this.#record);
  readonly sqlInstances = new Table('sqlInstances', sqlInstanceSchema, this.#record);
  readonly sqlBackups = new Table('sqlBackups', sqlBackupSchema, this.#record);
  readonly sqlOperations = new Table('sqlOperations', sqlOperationSchema, this.#record);
  readonly calls = new Table('calls', callSchema, this.#record);
  /** Port by the name of the door that listens there. */
  readonly ports = new Table('ports', z.int(), this.#record);
  /** Digest by `repository:tag`. */
  readonly tags = new Table('tags', z.string(), this.#record);
  #pending: Change[] = [];
  #depth = 0;
  #writing = false;

  /** Reads what the journal holds. Nothing is written before `startWriting`. */
  constructor(journal: Journal) {
    this.#journal = journal;
    const tables = new Map(this.#tables().map((table) => [table.name, table]));
    for (const line of journal.entries) {
      for (const [name, key, row] of z.array(changeSchema).parse(line)) tables.get(name)?.replay(key, row);
    }
  }

  /** Compacts the journal to what is known now and writes every change from here on. */
  startWriting(): void {
    this.#journal.compact(this.#tables().flatMap((table) => table.snapshot().map((change) => [change])));
    this.#pending = [];
    this.#writing = true;
  }

  /** Runs `work`, synchronously, and writes its changes as one line. */
  transact<T>(work: () => T): T {
    this.#depth += 1;
    try {
      return work();
    } finally {
      this.#depth -= 1;
      if (this.#depth === 0) this.#flush();
    }
  }

  close(): void {
    this.#writing = false;
    this.#journal.close();
  }

  #flush(): void {
    const changes = this.#pending;
    this.#pending = [];
    if (this.#writing && changes.length > 0) this.#journal.append(changes);
  }

  #tables() {
    return [
      this.services,
      this.revisions,
      this.operations,
      this.jobs,
      this.executions,
      this.sqlInstances,
      this.sqlBackups,
      this.sqlOperations,
      this.calls,
      this.ports,
      this.tags,
    ];
  }
}

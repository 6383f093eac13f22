// oidc-provider's storage over SQLite, in two ways. Together: what a request writes is committed in
// one transaction with one fsync, with what other requests wrote meanwhile, before any of them is
// answered. Each: every call of the adapter commits by itself, as adapters usually do.

import Database from 'better-sqlite3';

const SCHEMA = `
  CREATE TABLE IF NOT EXISTS records (
    kind TEXT, id TEXT, payload TEXT, grant_id TEXT, uid TEXT, expires_at INTEGER,
    PRIMARY KEY (kind, id)
  ) WITHOUT ROWID;
  CREATE INDEX IF NOT EXISTS by_grant ON records (grant_id) WHERE grant_id IS NOT NULL;
  CREATE INDEX IF NOT EXISTS by_uid ON records (uid) WHERE uid IS NOT NULL;
  CREATE TABLE IF NOT EXISTS people (username TEXT PRIMARY KEY, salt BLOB, hash BLOB);
`;

export function open(path) {
  const db = new Database(path);
  db.pragma('journal_mode = WAL');
  db.pragma('synchronous = FULL');
  db.exec(SCHEMA);
  return db;
}

export class Store {
  constructor(db, commits) {
    this.each = commits === 'each';
    this.pending = new Map();
    this.ended = [];
    this.flushing = null;
    this.select = db.prepare('SELECT payload, expires_at FROM records WHERE kind = ? AND id = ?');
    this.byUid = db.prepare('SELECT id FROM records WHERE kind = ? AND uid = ?');
    const put = db.prepare('REPLACE INTO records VALUES (?, ?, ?, ?, ?, ?)');
    const drop = db.prepare('DELETE FROM records WHERE kind = ? AND id = ?');
    const endAll = db.prepare('DELETE FROM records WHERE grant_id = ?');
    this.write = db.transaction((records, ended) => {
      for (const [key, record] of records) {
        const [kind, id] = key.split('\0');
        if (record === null) drop.run(kind, id);
        else {
          const { payload, expiresAt } = record;
          put.run(kind, id, JSON.stringify(payload), payload.grantId ?? null,
            payload.uid ?? null, expiresAt);
        }
      }
      for (const grantId of ended) endAll.run(grantId);
    });
  }

  get dirty() {
    return this.pending.size > 0 || this.ended.length > 0;
  }

  // One more thing to write; now, where each commits by itself.
  put(key, record) {
    if (this.each) this.write([[key, record]], []);
    else this.pending.set(key, record);
  }

  end(grantId) {
    if (this.each) this.write([], [grantId]);
    else this.ended.push(grantId);
  }

  // Resolves when all that was written up to now is on the disk.
  commit() {
    this.flushing ??= new Promise((resolve, reject) => {
      setImmediate(() => {
        const [records, ended] = [this.pending, this.ended];
        [this.pending, this.ended, this.flushing] = [new Map(), [], null];
        try {
          this.write(records, ended);
          resolve();
        } catch (error) {
          reject(error);
        }
      });
    });
    return this.flushing;
  }
}

export function adapters(store) {
  return class Adapter {
    constructor(kind) {
      this.kind = kind;
    }

    key(id) {
      return `${this.kind}\0${id}`;
    }

    async upsert(id, payload, expiresIn) {
      const expiresAt = expiresIn ? Math.floor(Date.now() / 1000) + expiresIn : null;
      store.put(this.key(id), { payload, expiresAt });
    }

    record(id) {
      const waiting = store.pending.get(this.key(id));
      if (waiting !== undefined) return waiting;
      const row = store.select.get(this.kind, id);
      return row && { payload: JSON.parse(row.payload), expiresAt: row.expires_at };
    }

    async find(id) {
      const record = this.record(id);
      if (!record) return undefined;
      if (record.expiresAt && record.expiresAt * 1000 <= Date.now()) return undefined;
      return record.payload;
    }

    async findByUid(uid) {
      for (const [key, record] of store.pending) {
        if (record?.payload.uid === uid && key.startsWith(`${this.kind}\0`)) return record.payload;
      }
      const row = store.byUid.get(this.kind, uid);
      return row && this.find(row.id);
    }

    async findByUserCode() {
      return undefined;
    }

    async consume(id) {
      const record = this.record(id);
      const payload = { ...record.payload, consumed: Math.floor(Date.now() / 1000) };
      store.put(this.key(id), { payload, expiresAt: record.expiresAt });
    }

    async destroy(id) {
      store.put(this.key(id), null);
    }

    async revokeByGrantId(grantId) {
      store.end(grantId);
    }
  };
}

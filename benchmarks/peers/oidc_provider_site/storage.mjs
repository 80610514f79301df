// What oidc-provider remembers: in a map, or in SQLite with every change on disk before it answers.
import { DatabaseSync } from 'node:sqlite'

const inMemory = () => {
  const kept = new Map()
  return {
    put: (key, grant, uid, value) => kept.set(key, { grant, uid, value }),
    get: (key) => kept.get(key)?.value,
    byUid: (uid) => [...kept.values()].find((each) => each.uid === uid)?.value,
    remove: (key) => kept.delete(key),
    removeGrant: (grant) => {
      for (const [key, each] of kept) if (each.grant === grant) kept.delete(key)
    },
  }
}

const inSqlite = (file) => {
  const database = new DatabaseSync(file)
  database.exec('PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL')
  database.exec('CREATE TABLE kept (key TEXT PRIMARY KEY, grant_id TEXT, uid TEXT, value TEXT NOT NULL) WITHOUT ROWID')
  database.exec('CREATE INDEX kept_by_grant ON kept (grant_id); CREATE INDEX kept_by_uid ON kept (uid)')
  const put = database.prepare('INSERT OR REPLACE INTO kept VALUES (?, ?, ?, ?)')
  const get = database.prepare('SELECT value FROM kept WHERE key = ?')
  const byUid = database.prepare('SELECT value FROM kept WHERE uid = ?')
  const remove = database.prepare('DELETE FROM kept WHERE key = ?')
  const removeGrant = database.prepare('DELETE FROM kept WHERE grant_id = ?')
  return {
    put: (key, grant, uid, value) => put.run(key, grant, uid, JSON.stringify(value)),
    get: (key) => read(get.get(key)),
    byUid: (uid) => read(byUid.get(uid)),
    remove: (key) => remove.run(key),
    removeGrant: (grant) => removeGrant.run(grant),
  }
}

const read = (row) => (row ? JSON.parse(row.value) : undefined)

// The adapter class that oidc-provider asks for; `file` is empty for memory.
export const adapterOf = (file) => {
  const store = file ? inSqlite(file) : inMemory()
  return class {
    constructor(model) {
      this.model = model
    }

    async upsert(id, payload) {
      store.put(`${this.model}:${id}`, payload.grantId ?? null, payload.uid ?? null, payload)
    }

    async find(id) {
      return store.get(`${this.model}:${id}`)
    }

    async findByUid(uid) {
      return store.byUid(uid)
    }

    async findByUserCode() {
      return undefined
    }

    async consume(id) {
      const found = store.get(`${this.model}:${id}`)
      found.consumed = Math.floor(Date.now() / 1000)
      store.put(`${this.model}:${id}`, found.grantId ?? null, found.uid ?? null, found)
    }

    async destroy(id) {
      store.remove(`${this.model}:${id}`)
    }

    async revokeByGrantId(grant) {
      store.removeGrant(grant)
    }
  }
}

"""The tables. A version, once released, is never edited: a later one changes what it made.

Times are seconds since 1970 in UTC. Columns named `..._json` hold a frozen dataclass as JSON.
"""

VERSION_1 = (
    """CREATE TABLE accounts (
        id INTEGER PRIMARY KEY,
        email TEXT NOT NULL UNIQUE,
        name TEXT NOT NULL,
        host TEXT NOT NULL,
        port INTEGER NOT NULL,
        tls TEXT NOT NULL CHECK (tls IN ('implicit', 'starttls', 'none')),
        user TEXT NOT NULL
    )""",
    """CREATE TABLE sync_state (
        account INTEGER NOT NULL REFERENCES accounts ON DELETE CASCADE,
        folder TEXT NOT NULL,
        uidvalidity INTEGER NOT NULL,
        last_uid INTEGER NOT NULL,
        PRIMARY KEY (account, folder)
    ) WITHOUT ROWID""",
    # identity: the Message-ID header, or a digest of the message where it has none; mail_json: all
    # of the message but its text
    """CREATE TABLE messages (
        id INTEGER PRIMARY KEY,
        account INTEGER NOT NULL REFERENCES accounts ON DELETE CASCADE,
        identity TEXT NOT NULL,
        in_reply_to TEXT NOT NULL,
        date REAL,
        sender_name TEXT NOT NULL,
        sender_email TEXT NOT NULL,
        subject TEXT NOT NULL,
        kind TEXT NOT NULL,
        text TEXT NOT NULL,
        mail_json TEXT NOT NULL,
        folder TEXT NOT NULL,
        uid INTEGER,
        outgoing INTEGER NOT NULL,
        seen INTEGER NOT NULL,
        answered INTEGER NOT NULL,
        UNIQUE (account, identity)
    )""",
    "CREATE INDEX messages_by_identity ON messages (identity)",
    "CREATE INDEX messages_by_parent ON messages (in_reply_to) WHERE outgoing",
    "CREATE INDEX messages_by_date ON messages (outgoing, date)",
    # for the list the window opens with; it names what its query names
    """CREATE INDEX messages_waiting ON messages (date, id, identity)
        WHERE NOT outgoing AND NOT answered AND kind NOT IN ('automatic', 'list')""",
    "CREATE INDEX messages_by_sender ON messages (sender_email)",
    """CREATE VIRTUAL TABLE messages_search USING fts5 (
        subject, sender_name, sender_email, text,
        content = 'messages', content_rowid = 'id', tokenize = 'unicode61 remove_diacritics 2', prefix = '2 3'
    )""",
    """CREATE TRIGGER messages_search_insert AFTER INSERT ON messages BEGIN
        INSERT INTO messages_search (rowid, subject, sender_name, sender_email, text)
        VALUES (new.id, new.subject, new.sender_name, new.sender_email, new.text);
    END""",
    """CREATE TRIGGER messages_search_delete AFTER DELETE ON messages BEGIN
        INSERT INTO messages_search (messages_search, rowid, subject, sender_name, sender_email, text)
        VALUES ('delete', old.id, old.subject, old.sender_name, old.sender_email, old.text);
    END""",
    """CREATE TRIGGER messages_search_update AFTER UPDATE OF subject, sender_name, sender_email, text
    ON messages BEGIN
        INSERT INTO messages_search (messages_search, rowid, subject, sender_name, sender_email, text)
        VALUES ('delete', old.id, old.subject, old.sender_name, old.sender_email, old.text);
        INSERT INTO messages_search (rowid, subject, sender_name, sender_email, text)
        VALUES (new.id, new.subject, new.sender_name, new.sender_email, new.text);
    END""",
    # sent_message is NULL for an exchange that came from an edited draft
    """CREATE TABLE exchanges (
        id INTEGER PRIMARY KEY,
        sent_message INTEGER UNIQUE REFERENCES messages ON DELETE CASCADE,
        received_message INTEGER REFERENCES messages ON DELETE SET NULL,
        incoming_json TEXT NOT NULL,
        sent TEXT NOT NULL,
        date REAL NOT NULL,
        thread TEXT NOT NULL,
        kind TEXT NOT NULL,
        weight REAL NOT NULL,
        part TEXT CHECK (part IN ('learning', 'validation', 'gate'))
    )""",
    "CREATE INDEX exchanges_by_part ON exchanges (part, date)",
    "CREATE INDEX exchanges_by_received ON exchanges (received_message)",
    """CREATE TABLE examples (
        exchange INTEGER NOT NULL REFERENCES exchanges ON DELETE CASCADE,
        brief_form TEXT NOT NULL CHECK (brief_form IN ('full', 'short', 'empty')),
        example_json TEXT NOT NULL,
        PRIMARY KEY (exchange, brief_form)
    ) WITHOUT ROWID""",
    """CREATE TABLE rules (
        id INTEGER PRIMARY KEY,
        trait TEXT NOT NULL,
        value TEXT NOT NULL,
        sentence TEXT NOT NULL,
        scope_kind TEXT NOT NULL,
        scope_value TEXT NOT NULL,
        origin TEXT NOT NULL,
        state TEXT NOT NULL,
        support_for INTEGER NOT NULL,
        support_against INTEGER NOT NULL,
        evidence_json TEXT NOT NULL
    )""",
    # before_json is NULL for the row that tells of the rule's making; after_json for its removal
    """CREATE TABLE rule_history (
        id INTEGER PRIMARY KEY,
        rule INTEGER NOT NULL,
        at REAL NOT NULL,
        before_json TEXT,
        after_json TEXT
    )""",
    "CREATE INDEX rule_history_by_rule ON rule_history (rule)",
    """CREATE TABLE adapters (
        id INTEGER PRIMARY KEY,
        created REAL NOT NULL,
        base TEXT NOT NULL,
        live INTEGER NOT NULL,
        settings TEXT NOT NULL,
        examples INTEGER NOT NULL,
        final_loss REAL NOT NULL,
        scores_json TEXT NOT NULL
    )""",
    "CREATE UNIQUE INDEX adapters_one_live ON adapters (live) WHERE live",
    # the weights apart, so that listing adapters reads no megabytes
    """CREATE TABLE adapter_weights (
        adapter INTEGER PRIMARY KEY REFERENCES adapters ON DELETE CASCADE,
        gguf BLOB NOT NULL,
        peft BLOB NOT NULL
    )""",
    """CREATE TABLE checkpoints (
        run TEXT NOT NULL,
        step INTEGER NOT NULL,
        at REAL NOT NULL,
        state BLOB NOT NULL,
        PRIMARY KEY (run, step)
    )""",
    "CREATE TABLE jobs (key TEXT PRIMARY KEY, value_json TEXT NOT NULL) WITHOUT ROWID",
    """CREATE TABLE drafts (
        id INTEGER PRIMARY KEY,
        message INTEGER REFERENCES messages ON DELETE CASCADE,
        created REAL NOT NULL,
        notes TEXT NOT NULL,
        draft_json TEXT NOT NULL,
        saved_uid INTEGER,
        edited TEXT
    )""",
    "CREATE INDEX drafts_by_message ON drafts (message)",
    """CREATE TABLE ledger (
        id INTEGER PRIMARY KEY,
        at REAL NOT NULL,
        host TEXT NOT NULL,
        purpose TEXT NOT NULL,
        bytes_out INTEGER NOT NULL,
        bytes_in INTEGER NOT NULL
    )""",
)

# family: of the model that wrote the rules an adapter learned
VERSION_2 = ("ALTER TABLE adapters ADD COLUMN family TEXT NOT NULL DEFAULT ''",)

# when a rule's habit began and ended
VERSION_3 = ("ALTER TABLE rules ADD COLUMN since REAL", "ALTER TABLE rules ADD COLUMN until REAL")

# modseq: RFC 7162's, of the folder when its flags were last looked at; limits: those a folder was synced with
VERSION_4 = (
    "ALTER TABLE sync_state ADD COLUMN modseq INTEGER NOT NULL DEFAULT 0",
    "ALTER TABLE sync_state ADD COLUMN limits TEXT NOT NULL DEFAULT ''",
    "CREATE INDEX messages_by_uid ON messages (account, folder, uid)",
)

# values_json: what version `detectors` of the detectors saw in the sent text, a value or null for each trait
VERSION_5 = (
    """CREATE TABLE traits_seen (
        exchange INTEGER PRIMARY KEY REFERENCES exchanges ON DELETE CASCADE,
        detectors INTEGER NOT NULL,
        values_json TEXT NOT NULL
    )""",
)

# what an adapter was trained for, and examples of each way of drawing rules from a reply
VERSION_6 = (
    "ALTER TABLE adapters ADD COLUMN kind TEXT NOT NULL DEFAULT 'agent'",
    "ALTER TABLE adapters ADD COLUMN seconds REAL NOT NULL DEFAULT 0",
    """CREATE TABLE examples_by_kind (
        kind TEXT NOT NULL,
        exchange INTEGER NOT NULL REFERENCES exchanges ON DELETE CASCADE,
        brief_form TEXT NOT NULL CHECK (brief_form IN ('full', 'short', 'empty')),
        example_json TEXT NOT NULL,
        PRIMARY KEY (kind, exchange, brief_form)
    ) WITHOUT ROWID""",
    "INSERT INTO examples_by_kind SELECT 'agent', exchange, brief_form, example_json FROM examples",
    "DROP TABLE examples",
    "ALTER TABLE examples_by_kind RENAME TO examples",
    "CREATE INDEX examples_by_exchange ON examples (exchange)",
)

# how an account signs in, and the certificates (PEM) the user trusts for its server; a provider's own id of a
# message (Gmail's X-GM-MSGID), by which it is known in another folder
VERSION_7 = (
    "ALTER TABLE accounts ADD COLUMN sign_in TEXT NOT NULL DEFAULT 'password'",
    "ALTER TABLE accounts ADD COLUMN authority TEXT NOT NULL DEFAULT ''",
    "ALTER TABLE messages ADD COLUMN provider_id TEXT NOT NULL DEFAULT ''",
    "CREATE INDEX messages_by_provider_id ON messages (account, provider_id) WHERE provider_id != ''",
)

# who the user is and how they reply: asked for whenever a message is opened
VERSION_8 = (
    "CREATE INDEX messages_own ON messages (account, sender_email, date, sender_name) WHERE outgoing",
    "CREATE INDEX messages_sent ON messages (account, date, id) WHERE outgoing",
)

_JOIN_THREADS = """UPDATE messages SET thread = first.thread FROM messages AS first
    WHERE first.identity = messages.thread AND first.thread != messages.thread"""

# thread: the name of the conversation a message is part of, the same for all of its messages that are stored;
# followed: whether something of it came later, or the user answered; to_me: whether one of own_addresses
# stands in To or Cc. All are asked for by the list of what waits, whose index names what its query names. Of
# what is there, the rounds below join chains of 65 mails that name only the one before.
VERSION_9 = (
    "CREATE TABLE own_addresses (email TEXT PRIMARY KEY) WITHOUT ROWID",
    "ALTER TABLE messages ADD COLUMN thread TEXT NOT NULL DEFAULT ''",
    "ALTER TABLE messages ADD COLUMN followed INTEGER NOT NULL DEFAULT 0",
    "ALTER TABLE messages ADD COLUMN to_me INTEGER NOT NULL DEFAULT 1",
    """UPDATE messages SET thread = coalesce(nullif(json_extract(mail_json, '$.thread'), ''),
        json_extract(mail_json, '$.references[0]'), nullif(in_reply_to, ''), identity)""",
    *(_JOIN_THREADS,) * 6,
    "CREATE INDEX messages_by_thread ON messages (thread, coalesce(date, 0), identity, kind)",
    """UPDATE messages SET followed = 1 WHERE NOT outgoing AND kind NOT IN ('automatic', 'list') AND (
        EXISTS (SELECT 1 FROM messages AS reply
            WHERE reply.outgoing AND reply.in_reply_to != '' AND reply.in_reply_to = messages.identity)
        OR EXISTS (SELECT 1 FROM messages AS later
            WHERE later.thread = messages.thread AND later.kind != 'automatic'
            AND (coalesce(later.date, 0), later.id) > (coalesce(messages.date, 0), messages.id)
            AND later.identity != messages.identity))""",
    """CREATE INDEX messages_last ON messages (thread)
        WHERE NOT outgoing AND NOT followed AND kind NOT IN ('automatic', 'list')""",
    "DROP INDEX messages_waiting",
    """CREATE INDEX messages_waiting ON messages (date, id) WHERE NOT outgoing AND NOT answered AND to_me
        AND NOT followed AND kind NOT IN ('automatic', 'list')""",
)

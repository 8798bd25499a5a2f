"""Which of some texts hold a query's words best: BM25 as SQLite's FTS5 has it (sqlite.org/fts5.html, 'The
bm25() function'), in memory. The library is there for the store anyway, and lets go of the interpreter."""

from collections.abc import Collection, Sequence
from contextlib import closing

from sqlcipher3 import dbapi2 as sqlcipher

_TABLE = "CREATE VIRTUAL TABLE texts USING fts5 (words, tokenize = 'unicode61 remove_diacritics 0')"
_BEST = "SELECT rowid FROM texts WHERE texts MATCH ? ORDER BY bm25(texts), rowid"


def best_first(query: Collection[str], texts: Sequence[Sequence[str]]) -> list[int]:
    """The places of `texts`, each given as its words: those that hold words of `query`, best first, then the
    others; the earlier one first where there is nothing between them."""
    everything = range(len(texts))
    if not query:
        return list(everything)
    with closing(sqlcipher.connect(":memory:", isolation_level=None)) as index:
        index.execute(_TABLE)
        index.execute("BEGIN")
        index.executemany(
            "INSERT INTO texts (rowid, words) VALUES (?, ?)",
            ((place, " ".join(words)) for place, words in enumerate(texts)),
        )
        wanted = " OR ".join(f'"{word}"' for word in sorted(query))
        found = [row[0] for row in index.execute(_BEST, (wanted,))]
    return found + sorted(set(everything).difference(found))

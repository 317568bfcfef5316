/* The corpus databases of Hyperscan's own benchmark. */
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#ifdef SIFT_HAS_SQLITE
#include <sqlite3.h>
#endif

#include "tools/measure/corpus_internal.h"
#include "tools/spacesift/cli.h"

bool sift_corpus_is_database(const char *path) {
  static const char magic[16] = "SQLite format 3";
  char begin[sizeof magic];
  struct stat st;
  /* What is read from a pipe is gone: those that read the logs would miss it. */
  bool regular = strcmp(path, "-") != 0 && stat(path, &st) == 0 && S_ISREG(st.st_mode);
  FILE *file = regular ? fopen(path, "re") : NULL;
  bool is = file != NULL && fread(begin, 1, sizeof begin, file) == sizeof begin && memcmp(begin, magic, sizeof magic) == 0;
  if (file != NULL) {
    fclose(file);
  }
  return is;
}

#ifdef SIFT_HAS_SQLITE
static bool ends_within_line(const struct sift_corpus *corpus, size_t begin) {
  return corpus->len > begin && corpus->text[corpus->len - 1] != '\n';
}

static struct sift_span column_bytes(sqlite3_stmt *statement, int column) {
  const char *bytes = sqlite3_column_blob(statement, column);
  int len = sqlite3_column_bytes(statement, column);
  return sift_span(bytes, bytes != NULL && len > 0 ? (size_t)len : 0);
}

/* What sqlite3_step() said in the end. */
static int read_chunks(struct sift_corpus *corpus, sqlite3_stmt *statement, size_t end, bool *full) {
  size_t begin = corpus->len;
  sqlite3_int64 stream = 0;
  int result = SQLITE_ROW;
  while (!*full && (result = sqlite3_step(statement)) == SQLITE_ROW) {
    sqlite3_int64 own = sqlite3_column_int64(statement, 0);
    bool parted = own != stream && ends_within_line(corpus, begin);
    stream = own;
    *full = (parted && !sift_corpus_append(corpus, sift_span("\n", 1), end)) ||
            !sift_corpus_append(corpus, column_bytes(statement, 1), end);
  }
  return *full ? SQLITE_DONE : result;
}

enum sift_status sift_corpus_read_database(struct sift_corpus *corpus, const char *path, size_t end, bool *full) {
  static const char query[] = "SELECT stream_id, data FROM chunk ORDER BY stream_id, id";
  sqlite3 *database = NULL;
  sqlite3_stmt *statement = NULL;
  int result = sqlite3_open_v2(path, &database, SQLITE_OPEN_READONLY, NULL);
  if (result == SQLITE_OK) {
    result = sqlite3_prepare_v2(database, query, -1, &statement, NULL);
  }
  if (result == SQLITE_OK) {
    result = read_chunks(corpus, statement, end, full);
  }
  if (result != SQLITE_DONE) {
    bool damaged = (result & 0xff) == SQLITE_CORRUPT || (result & 0xff) == SQLITE_NOTADB;
    sift_say(
        "cannot read %s as a corpus of hsbench: %s; %s", path, database != NULL ? sqlite3_errmsg(database) : sqlite3_errstr(result),
        damaged ? "the file is damaged: make it anew, or fetch it again" : "it needs a table 'chunk' of id, stream_id and data");
  }
  sqlite3_finalize(statement);
  sqlite3_close(database);
  return result == SQLITE_DONE ? SIFT_OK : SIFT_EINVAL;
}
#else
enum sift_status sift_corpus_read_database(struct sift_corpus *corpus, const char *path, size_t end, bool *full) {
  (void)corpus;
  (void)end;
  *full = false;
  sift_say("cannot read %s: this spacesift was built without SQLite, in which hsbench keeps its corpora", path);
  return SIFT_EINVAL;
}
#endif

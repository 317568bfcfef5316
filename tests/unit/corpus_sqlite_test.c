#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <sqlite3.h>
#include <unistd.h>

#include "tools/measure/corpus_internal.h"
#include "tools/spacesift/cli.h"

/* The program's own, in its place: what was said last. */
static char said[256];
void sift_say(const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  vsnprintf(said, sizeof said, format, arguments);
  va_end(arguments);
}

static char path[64];

static void make(const char *sql) {
  sqlite3 *database = NULL;
  snprintf(path, sizeof path, "/tmp/corpus_sqlite_test.XXXXXX");
  int file = mkstemp(path);
  assert_true(file >= 0);
  close(file);
  assert_int_equal(sqlite3_open(path, &database), SQLITE_OK);
  assert_int_equal(sqlite3_exec(database, sql, NULL, NULL, NULL), SQLITE_OK);
  assert_int_equal(sqlite3_close(database), SQLITE_OK);
}

#define TABLE "CREATE TABLE chunk (id integer primary key, stream_id integer not null, data blob);"
static const char chunks[] =
    TABLE "INSERT INTO chunk VALUES (1, 5, 'one t'), (2, 3, 'other' || char(10)), (3, 5, 'wo'), (4, 9, NULL),"
          "(5, 9, 17);";

static void expect(size_t end, enum sift_status status, const char *text, bool full) {
  char bytes[256];
  bool got_full = false;
  struct sift_corpus corpus = {.text = bytes};
  assert_int_equal(sift_corpus_read_database(&corpus, path, end, &got_full), status);
  if (status == SIFT_OK) {
    assert_int_equal(corpus.len, strlen(text));
    assert_memory_equal(bytes, text, corpus.len);
    assert_int_equal(got_full, full);
  }
}

static void chunks_of_a_stream_follow_each_other_and_streams_begin_on_lines(void **state) {
  (void)state;
  make(chunks);
  assert_true(sift_corpus_is_database(path));
  expect(200, SIFT_OK, "other\none two\n17", false);
  expect(9, SIFT_OK, "other\none", true);
  unlink(path);
}

static void what_is_no_corpus_is_refused(void **state) {
  (void)state;
  make("CREATE TABLE other (id integer)");
  expect(200, SIFT_EINVAL, "", false);
  assert_non_null(strstr(said, "needs a table 'chunk'"));
  assert_int_equal(truncate(path, 40), 0);
  expect(200, SIFT_EINVAL, "", false);
  assert_non_null(strstr(said, "is damaged"));
  assert_int_equal(truncate(path, 3), 0);
  assert_false(sift_corpus_is_database(path));
  unlink(path);
  assert_false(sift_corpus_is_database(path));
  assert_false(sift_corpus_is_database("-"));
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(chunks_of_a_stream_follow_each_other_and_streams_begin_on_lines),
      cmocka_unit_test(what_is_no_corpus_is_refused),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

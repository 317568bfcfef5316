#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <unistd.h>

#include "engine/batch.h"
#include "tools/measure/corpus.h"
#include "tools/spacesift/cli.h"

/* The program's own, in its place: what was said last. */
static char said[256];
void sift_say(const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  vsnprintf(said, sizeof said, format, arguments);
  va_end(arguments);
}

/* A directory with files, and what the corpus of it came to. */
struct place {
  char directory[64];
  char path[128];
};

static void place_init(struct place *place) {
  snprintf(place->directory, sizeof place->directory, "/tmp/corpus_read_test.XXXXXX");
  assert_non_null(mkdtemp(place->directory));
  snprintf(place->path, sizeof place->path, "%s/app.log", place->directory);
}

static void place_release(struct place *place) {
  unlink(place->path);
  assert_int_equal(rmdir(place->directory), 0);
}

static enum sift_status read_as(struct sift_corpus *corpus, struct place *place, const char *bytes, size_t len, size_t bytes_max) {
  char *paths[] = {place->directory};
  FILE *file = fopen(place->path, "we");
  assert_non_null(file);
  assert_int_equal(fwrite(bytes, 1, len, file), len);
  assert_int_equal(fclose(file), 0);
  return sift_corpus_read(corpus, paths, 1, bytes_max);
}

static void expect_text(const char *bytes, size_t bytes_max, const char *text, uint64_t lines, bool cut) {
  struct place place;
  struct sift_corpus corpus;
  place_init(&place);
  assert_int_equal(read_as(&corpus, &place, bytes, strlen(bytes), bytes_max), SIFT_OK);
  assert_int_equal(corpus.len, strlen(text));
  assert_memory_equal(corpus.text, text, corpus.len);
  assert_int_equal(corpus.lines, lines);
  assert_int_equal(corpus.cut, cut);
  assert_int_equal(corpus.part_count, 1);
  assert_int_equal(corpus.parts[0].end, corpus.len);
  for (size_t i = 0; i < SIFT_PADDING; i++) {
    assert_int_equal(corpus.text[corpus.len + i], 0);
  }
  sift_corpus_release(&corpus);
  place_release(&place);
}

static void text_is_whole_lines_as_a_scan_sees_them(void **state) {
  (void)state;
  expect_text("one\ntwo\n", 1000, "one\ntwo\n", 2, false);
  expect_text("one\ntwo", 1000, "one\ntwo\n", 2, false);
  expect_text("\033[31mred\033[0m\n", 1000, "red\n", 1, false);
}

static void what_is_beyond_the_limit_is_left_out_line_by_line(void **state) {
  (void)state;
  expect_text("one\ntwo\nthree\n", 9, "one\ntwo\n", 2, true);
  expect_text("one\ntwo\nthree\n", 2, "on\n", 1, true); /* not even one line: what there is of it */
}

static void what_cannot_be_measured_on_is_refused(void **state) {
  (void)state;
  static const struct {
    const char *bytes;
    size_t len;
  } known[] = {{"", 0}, {"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03\x4b", 11}, {"\x28\xb5\x2f\xfd\x04", 5}};
  for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
    struct place place;
    struct sift_corpus corpus;
    place_init(&place);
    said[0] = '\0';
    assert_int_equal(read_as(&corpus, &place, known[i].bytes, known[i].len, 1000), SIFT_EINVAL);
    assert_true(said[0] != '\0');
    sift_corpus_release(&corpus);
    place_release(&place);
  }
  struct sift_corpus corpus;
  char nowhere[] = "/nowhere/at/all";
  char *paths[] = {nowhere};
  assert_int_equal(sift_corpus_read(&corpus, paths, 1, 1000), SIFT_EINVAL);
  sift_corpus_release(&corpus);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(text_is_whole_lines_as_a_scan_sees_them),
      cmocka_unit_test(what_is_beyond_the_limit_is_left_out_line_by_line),
      cmocka_unit_test(what_cannot_be_measured_on_is_refused),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "engine/batch.h"
#include "ingest/lines.h"

/* Feeds `text` in pieces of `step` and checks each chunk against the input; the number of chunks. */
struct feed {
  struct sift_lines *lines;
  const char *text;
  size_t len, step;
  uint64_t seen, newlines, cuts;
  size_t longest;
  bool open; /* the last chunk was cut */
};

static void check_chunk(struct feed *feed, const struct sift_chunk *chunk) {
  assert_true(chunk->len > 0);
  assert_int_equal(chunk->offset, feed->seen);
  assert_int_equal(chunk->line, feed->newlines);
  assert_int_equal(chunk->continues, feed->open);
  assert_memory_equal(chunk->text, feed->text + feed->seen, chunk->len);
  volatile char behind = 0;
  for (size_t i = 0; i < SIFT_PADDING; i++) {
    behind = (char)(behind + chunk->text[chunk->len + i]);
  }
  bool whole = chunk->text[chunk->len - 1] == '\n' || chunk->offset + chunk->len == feed->len;
  assert_true(whole || chunk->cut);
  feed->seen += chunk->len;
  for (size_t i = 0; i < chunk->len; i++) {
    feed->newlines += chunk->text[i] == '\n';
  }
  feed->cuts += chunk->cut;
  feed->longest = chunk->len > feed->longest ? chunk->len : feed->longest;
  feed->open = chunk->cut;
  memset(chunk->text, '!', chunk->len); /* whoever has a chunk may write to it */
}

static void run(struct feed *feed) {
  struct sift_chunk chunk;
  for (size_t at = 0; at < feed->len;) {
    while (sift_lines_next(feed->lines, &chunk) == SIFT_OK) {
      check_chunk(feed, &chunk);
    }
    size_t room = 0;
    char *into = sift_lines_reserve(feed->lines, &room);
    assert_non_null(into);
    assert_true(room > 0);
    size_t len = feed->step < room ? feed->step : room;
    len = len < feed->len - at ? len : feed->len - at;
    memcpy(into, feed->text + at, len);
    sift_lines_commit(feed->lines, len);
    at += len;
  }
  sift_lines_finish(feed->lines);
  while (sift_lines_next(feed->lines, &chunk) == SIFT_OK) {
    check_chunk(feed, &chunk);
  }
  assert_int_equal(feed->seen, feed->len);
}

static struct feed feed_of(struct sift_lines *lines, const char *text, size_t len, size_t step) {
  sift_lines_reset(lines);
  struct feed feed = {.lines = lines, .text = text, .len = len, .step = step};
  run(&feed);
  return feed;
}

static void any_text_passes_whole_in_any_steps(void **state) {
  (void)state;
  unsigned seed = 9;
  static char text[20000];
  struct sift_lines *lines = NULL;
  assert_int_equal(sift_lines_new(&lines, 256, 1000), SIFT_OK);
  for (int round = 0; round < 200; round++) {
    size_t len = (size_t)rand_r(&seed) % sizeof text;
    int rarity = 1 + rand_r(&seed) % 3000;
    for (size_t i = 0; i < len; i++) {
      text[i] = rand_r(&seed) % rarity == 0 ? '\n' : 'x';
    }
    struct feed whole = feed_of(lines, text, len, len + 1);
    struct feed steps = feed_of(lines, text, len, 1 + (size_t)rand_r(&seed) % 700);
    assert_int_equal(whole.cuts, steps.cuts);
    assert_true(whole.longest <= 1001);
  }
  sift_lines_free(lines);
}

static void a_long_line_is_cut_exactly_at_the_limit_from_its_begin(void **state) {
  (void)state;
  struct sift_lines *lines = NULL;
  assert_int_equal(sift_lines_new(&lines, 64, 100), SIFT_OK);
  char text[400];
  memset(text, 'x', sizeof text);
  memcpy(text, "short\n", 6);
  text[6 + 250] = '\n';
  struct sift_chunk chunk;
  for (size_t at = 0; at < 300;) {
    size_t room = 0;
    char *into = sift_lines_reserve(lines, &room);
    *into = text[at++];
    sift_lines_commit(lines, 1);
    if (sift_lines_next(lines, &chunk) == SIFT_OK) {
      if (chunk.offset == 0) {
        assert_int_equal(chunk.len, 6);
      } else if (chunk.offset < 206) {
        assert_int_equal(chunk.len, 100);
        assert_true(chunk.cut);
        assert_int_equal(chunk.continues, chunk.offset == 106);
        assert_int_equal(chunk.line, 1);
      }
    }
  }
  sift_lines_finish(lines);
  sift_lines_free(lines);
}

static void a_line_of_exactly_the_limit_is_not_cut(void **state) {
  (void)state;
  struct sift_lines *lines = NULL;
  assert_int_equal(sift_lines_new(&lines, 64, 100), SIFT_OK);
  char text[302];
  memset(text, 'x', sizeof text);
  text[100] = '\n';
  text[201] = '\n';
  assert_int_equal(feed_of(lines, text, 302, 7).cuts, 0);
  text[201] = 'x';
  assert_int_equal(feed_of(lines, text, 302, 7).cuts, 2);
  sift_lines_free(lines);
}

static void chunks_are_full_unless_flushed(void **state) {
  (void)state;
  struct sift_lines *lines = NULL;
  struct sift_chunk chunk;
  size_t room = 0;
  assert_int_equal(sift_lines_new(&lines, 1000, 1000), SIFT_OK);
  memcpy(sift_lines_reserve(lines, &room), "one\ntwo", 7);
  sift_lines_commit(lines, 7);
  assert_int_equal(sift_lines_next(lines, &chunk), SIFT_END);
  sift_lines_flush(lines);
  assert_int_equal(sift_lines_next(lines, &chunk), SIFT_OK);
  assert_int_equal(chunk.len, 4);
  assert_int_equal(chunk.survey.newlines, 1);
  assert_int_equal(sift_lines_next(lines, &chunk), SIFT_END);
  sift_lines_finish(lines);
  assert_int_equal(sift_lines_next(lines, &chunk), SIFT_OK);
  assert_int_equal(chunk.len, 3);
  assert_int_equal(chunk.line, 1);
  assert_int_equal(sift_lines_next(lines, &chunk), SIFT_END);
  sift_lines_free(lines);
}

static void chunks_are_small_again_behind_a_long_line(void **state) {
  (void)state;
  static char text[40000];
  memset(text, 'x', sizeof text);
  for (size_t i = 9000; i < sizeof text; i += 50) {
    text[i] = '\n';
  }
  struct sift_lines *lines = NULL;
  assert_int_equal(sift_lines_new(&lines, 1000, 10000), SIFT_OK);
  struct sift_chunk chunk;
  size_t room = 0;
  size_t small = 0;
  for (size_t at = 0; at < sizeof text;) {
    char *into = sift_lines_reserve(lines, &room);
    size_t len = room < sizeof text - at ? room : sizeof text - at;
    memcpy(into, text + at, len);
    sift_lines_commit(lines, len);
    at += len;
    while (sift_lines_next(lines, &chunk) == SIFT_OK) {
      small += chunk.offset > 10000 && chunk.len <= 1000;
    }
  }
  assert_true(small >= 25);
  sift_lines_free(lines);
}

static void another_chunk_size_takes_over_between_chunks(void **state) {
  (void)state;
  struct sift_lines *lines = NULL;
  struct sift_chunk chunk;
  size_t room = 0;
  assert_int_equal(sift_lines_new(&lines, 8, 100), SIFT_OK);
  memcpy(sift_lines_reserve(lines, &room), "ab\ncd\nef", 8);
  assert_int_equal(room, 8);
  sift_lines_commit(lines, 8);
  assert_int_equal(sift_lines_next(lines, &chunk), SIFT_OK);
  assert_int_equal(chunk.len, 6);
  sift_lines_resize(lines, 32);
  memcpy(sift_lines_reserve(lines, &room), "\ngh\n", 4);
  assert_int_equal(room, 30);
  sift_lines_commit(lines, 4);
  assert_int_equal(sift_lines_next(lines, &chunk), SIFT_END);
  sift_lines_finish(lines);
  assert_int_equal(sift_lines_next(lines, &chunk), SIFT_OK);
  assert_memory_equal(chunk.text, "ef\ngh\n", 6);
  assert_int_equal(chunk.offset, 6);
  sift_lines_free(lines);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(another_chunk_size_takes_over_between_chunks),
      cmocka_unit_test(any_text_passes_whole_in_any_steps),
      cmocka_unit_test(a_long_line_is_cut_exactly_at_the_limit_from_its_begin),
      cmocka_unit_test(a_line_of_exactly_the_limit_is_not_cut),
      cmocka_unit_test(chunks_are_full_unless_flushed),
      cmocka_unit_test(chunks_are_small_again_behind_a_long_line),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

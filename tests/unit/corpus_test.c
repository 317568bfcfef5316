#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "engine/batch.h"
#include "tools/measure/corpus_internal.h"

/* Parts of lines of ten bytes each. */
static void fill(struct sift_corpus *corpus, size_t lines, size_t parts) {
  *corpus = (struct sift_corpus){.len = lines * 10, .lines = lines, .part_count = parts};
  sift_arena_init(&corpus->names);
  corpus->text = malloc(corpus->len + SIFT_PADDING);
  corpus->parts = calloc(parts, sizeof *corpus->parts);
  assert_true(corpus->text != NULL && corpus->parts != NULL);
  for (size_t i = 0; i < lines; i++) {
    memcpy(corpus->text + 10 * i, "123456789\n", 10);
  }
  for (size_t i = 0; i < parts; i++) {
    corpus->parts[i] = (struct sift_corpus_part){"part", lines / parts * i * 10, lines / parts * (i + 1) * 10};
  }
}

static void pieces_cover_the_corpus_in_whole_lines_and_never_two_parts(void **state) {
  (void)state;
  struct sift_corpus corpus;
  struct sift_pieces pieces;
  fill(&corpus, 1000, 4);
  assert_int_equal(sift_pieces_cut(&pieces, &corpus, 128, 0), SIFT_OK);
  size_t at = 0;
  for (size_t i = 0; i < pieces.count; i++) {
    const struct sift_piece *piece = &pieces.items[i];
    assert_int_equal(piece->begin, at);
    assert_int_equal(piece->len % 10, 0);
    assert_true(piece->len > 0 && piece->len <= 128);
    assert_int_equal(piece->lines, piece->len / 10);
    at += piece->len;
    assert_true(at <= corpus.parts[piece->part].end && piece->begin >= corpus.parts[piece->part].begin);
  }
  assert_int_equal(at, corpus.len);
  assert_int_equal(pieces.bytes, corpus.len);
  assert_int_equal(pieces.lines, 1000);
  sift_pieces_release(&pieces);
  sift_corpus_release(&corpus);
}

static void a_line_longer_than_a_batch_is_a_piece(void **state) {
  (void)state;
  struct sift_corpus corpus;
  struct sift_pieces pieces;
  fill(&corpus, 10, 1);
  memset(corpus.text + 9, 'x', 40); /* lines 1 to 5 are one */
  assert_int_equal(sift_pieces_cut(&pieces, &corpus, 20, 0), SIFT_OK);
  assert_int_equal(pieces.items[0].len, 50);
  assert_int_equal(pieces.items[1].len, 20);
  sift_pieces_release(&pieces);
  sift_corpus_release(&corpus);
}

static void fewer_pieces_come_from_everywhere(void **state) {
  (void)state;
  struct sift_corpus corpus;
  struct sift_pieces pieces;
  fill(&corpus, 10000, 1);
  assert_int_equal(sift_pieces_cut(&pieces, &corpus, 100, 10000), SIFT_OK);
  assert_int_equal(pieces.bytes, 10000);
  assert_true(pieces.items[0].begin < 1000 && pieces.items[pieces.count - 1].begin >= 99000);
  sift_pieces_release(&pieces);
  assert_int_equal(sift_pieces_cut(&pieces, &corpus, 100, 1), SIFT_OK);
  assert_int_equal(pieces.count, 1);
  sift_pieces_release(&pieces);
  sift_corpus_release(&corpus);
}

static void a_small_corpus_is_gone_through_again_and_again(void **state) {
  (void)state;
  struct sift_corpus corpus;
  struct sift_pieces pieces;
  fill(&corpus, 10, 1);
  assert_int_equal(sift_pieces_cut(&pieces, &corpus, 100, 1050), SIFT_OK);
  assert_int_equal(pieces.bytes, 1000);
  assert_int_equal(pieces.lines, 100);
  sift_pieces_release(&pieces);
  sift_corpus_release(&corpus);
}

static void what_is_appended_ends_at_a_line(void **state) {
  (void)state;
  char text[64 + SIFT_PADDING];
  struct sift_corpus corpus = {.text = text};
  assert_true(sift_corpus_append(&corpus, sift_span_of("one\ntwo"), 64));
  sift_corpus_round(&corpus, 0, false);
  assert_int_equal(corpus.len, 8);
  size_t begin = corpus.len;
  assert_false(sift_corpus_append(&corpus, sift_span_of("three\nfour\nfive"), 20));
  assert_int_equal(corpus.len, 20);
  sift_corpus_round(&corpus, begin, true);
  assert_int_equal(corpus.len, 19);
  assert_memory_equal(text, "one\ntwo\nthree\nfour\n", 19);
  assert_false(sift_corpus_append(&corpus, sift_span_of("x"), 10));
  assert_int_equal(corpus.len, 19);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(pieces_cover_the_corpus_in_whole_lines_and_never_two_parts),
      cmocka_unit_test(a_line_longer_than_a_batch_is_a_piece),
      cmocka_unit_test(fewer_pieces_come_from_everywhere),
      cmocka_unit_test(a_small_corpus_is_gone_through_again_and_again),
      cmocka_unit_test(what_is_appended_ends_at_a_line),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

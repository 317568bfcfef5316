#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "engine/clean.h"

static void survey_equals_a_plain_count_for_any_length_and_place(void **state) {
  (void)state;
  static char text[9000];
  unsigned seed = 7;
  for (size_t len = 0; len < sizeof text; len += len < 200 ? 1 : 997) {
    uint64_t newlines = 0;
    for (size_t i = 0; i < len; i++) {
      text[i] = rand_r(&seed) % 3 == 0 ? '\n' : 'x';
      newlines += text[i] == '\n';
    }
    struct sift_survey survey = sift_survey(text, len);
    assert_int_equal(survey.newlines, newlines);
    assert_false(survey.escapes || survey.returns);
  }
}

static void survey_counts_a_text_of_newlines_alone(void **state) {
  (void)state;
  size_t len = 1 << 20;
  char *text = malloc(len);
  memset(text, '\n', len);
  assert_int_equal(sift_survey(text, len).newlines, len);
  free(text);
}

static void survey_finds_one_escape_or_return_anywhere(void **state) {
  (void)state;
  char text[300];
  for (size_t at = 0; at < sizeof text; at++) {
    memset(text, 'a', sizeof text);
    text[at] = 0x1b;
    assert_true(sift_survey(text, sizeof text).escapes);
    assert_false(sift_survey(text, sizeof text).returns);
    text[at] = '\r';
    assert_false(sift_survey(text, sizeof text).escapes);
    assert_true(sift_survey(text, sizeof text).returns);
  }
}

static void expect_clean(const char *in, const char *want) {
  char text[256];
  size_t len = strlen(in);
  memcpy(text, in, len);
  len = sift_clean_plain(text, len);
  text[len] = '\0';
  assert_string_equal(text, want);
}

static void escape_sequences_of_every_kind_go(void **state) {
  (void)state;
  expect_clean("\x1b[31mError\x1b[0m: x", "Error: x");
  expect_clean("\x1b[1;38;5;196mE\x1b[Krror\x1b[?25h", "Error");
  expect_clean("\x1b]0;title\x07text", "text");
  expect_clean("\x1b]8;;http://a\x1b\\link\x1b]8;;\x1b\\", "link");
  expect_clean("\x1b(Bplain\x1b=", "plain");
  expect_clean("\x1bPdevice\x1b\\x", "x");
  expect_clean("a\x1b", "a");
}

static void an_unfinished_sequence_ends_with_its_line(void **state) {
  (void)state;
  expect_clean("a\x1b[31\nb", "a\nb");
  expect_clean("a\x1b]0;never ended\nb", "a\nb");
  expect_clean("a\x1b[\nb\x1b", "a\nb");
  expect_clean("a\x1b]x\rb", "a\nb");
}

static void a_byte_that_cannot_belong_ends_a_sequence(void **state) {
  (void)state;
  expect_clean("\x1b[3\xc3\xa9", "\xc3\xa9");
  expect_clean("\x1b\x1b[31mred", "red");
  expect_clean("\x1b\x01z", "\x01z");
}

static void returns_become_newlines(void **state) {
  (void)state;
  expect_clean("10%\r20%\r\ndone\r", "10%\n20%\n\ndone\n");
}

/* Every byte kept stands in the input where the edits say. */
static void offsets_and_return_counts_point_into_the_input(void **state) {
  (void)state;
  static const char alphabet[] = "\x1b[3m]\r\nab\x07\\";
  unsigned seed = 3;
  struct sift_cleaner cleaner;
  sift_cleaner_init(&cleaner);
  for (int round = 0; round < 3000; round++) {
    char in[200];
    char text[200];
    size_t len = (size_t)rand_r(&seed) % sizeof in;
    for (size_t i = 0; i < len; i++) {
      in[i] = alphabet[(size_t)rand_r(&seed) % (sizeof alphabet - 1)];
    }
    memcpy(text, in, len);
    size_t cleaned = sift_clean(&cleaner, text, len);
    assert_true(cleaned <= len);
    struct sift_batch batch = {.text = text,
                               .len = (uint32_t)cleaned,
                               .offset = 1000,
                               .edits = cleaner.edits,
                               .edit_count = cleaner.edit_count,
                               .returns = cleaner.returns,
                               .return_count = cleaner.return_count};
    uint32_t returns = 0;
    for (uint32_t i = 0; i < cleaned; i++) {
      uint64_t offset = sift_batch_input_offset(&batch, i);
      assert_in_range(offset, 1000, 1000 + len - 1);
      char original = in[offset - 1000];
      assert_int_equal(sift_batch_returns_before(&batch, i), returns);
      assert_int_equal(text[i], original == '\r' ? '\n' : original);
      returns += original == '\r';
    }
    assert_int_equal(sift_clean_plain(in, len), cleaned);
    assert_memory_equal(in, text, cleaned);
  }
  sift_cleaner_release(&cleaner);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(survey_equals_a_plain_count_for_any_length_and_place),
      cmocka_unit_test(survey_counts_a_text_of_newlines_alone),
      cmocka_unit_test(survey_finds_one_escape_or_return_anywhere),
      cmocka_unit_test(escape_sequences_of_every_kind_go),
      cmocka_unit_test(an_unfinished_sequence_ends_with_its_line),
      cmocka_unit_test(a_byte_that_cannot_belong_ends_a_sequence),
      cmocka_unit_test(returns_become_newlines),
      cmocka_unit_test(offsets_and_return_counts_point_into_the_input),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

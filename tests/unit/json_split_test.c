#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/batch.h"
#include "ingest/json_split.h"

enum { LIMIT = 1000 };

static const char *const KINDS[] = {"object", "broken", "long", "other", "truncated", "unclosed"};

/* All pieces as "kind line:column text|", broken ones with the place of the damage; then how it ended. */
static void print_pieces(const char *bytes, size_t len, size_t step, char *out, size_t out_size) {
  struct sift_source *source = NULL;
  struct sift_json_split *split = NULL;
  assert_int_equal(sift_source_memory(&source, bytes, len, step), SIFT_OK);
  assert_int_equal(sift_json_split_new(&split, source, LIMIT), SIFT_OK);
  struct sift_json_piece piece;
  enum sift_status status = SIFT_OK;
  size_t at = 0;
  out[0] = '\0';
  while ((status = sift_json_split_next(split, &piece)) == SIFT_OK) {
    char place[40] = "";
    if (piece.kind == SIFT_JSON_PIECE_BROKEN) {
      snprintf(place, sizeof place, "@%u:%u", piece.damage_line, piece.damage_column);
    }
    at += (size_t)snprintf(out + at, out_size - at, "%s%s %u:%u %.*s|", KINDS[piece.kind], place, piece.line, piece.column,
                           (int)piece.text.len, piece.text.data);
    assert_true(at < out_size);
    for (size_t i = 0; piece.kind != SIFT_JSON_PIECE_UNCLOSED && i < SIFT_PADDING; i++) {
      assert_int_equal(piece.text.data[piece.text.len + i], 0);
    }
  }
  assert_int_equal(status, SIFT_END);
  assert_int_equal(sift_json_split_next(split, &piece), SIFT_END);
  sift_json_split_free(split);
  sift_source_free(source);
}

static void check(const char *bytes, const char *expected) {
  static char out[20000];
  for (size_t step = 0; step < 4; step++) {
    print_pieces(bytes, strlen(bytes), step, out, sizeof out);
    assert_string_equal(out, expected);
  }
}

static void objects_one_a_line_come_one_by_one(void **state) {
  (void)state;
  check("{\"a\":1}\n{\"b\":2}\r\n\n  {}", "object 1:1 {\"a\":1}|object 2:1 {\"b\":2}|object 4:3 {}|");
}

static void arrays_are_seen_through(void **state) {
  (void)state;
  check("[\n {\"a\":[{}]},\n {}\n]\n", "object 2:2 {\"a\":[{}]}|object 3:2 {}|");
  check("[{}][[{}, {}]]", "object 1:2 {}|object 1:7 {}|object 1:11 {}|");
  check("[]", "");
}

static void an_object_may_take_many_lines(void **state) {
  (void)state;
  check("{\n \"a\": {\n  \"b\": 1\n }\n}\n{}", "object 1:1 {\n \"a\": {\n  \"b\": 1\n }\n}|object 6:1 {}|");
}

static void brackets_in_strings_are_text(void **state) {
  (void)state;
  check("{\"a\":\"}]\\\"}\",\"\\\\\":\"{\"}{}", "object 1:1 {\"a\":\"}]\\\"}\",\"\\\\\":\"{\"}|object 1:23 {}|");
}

static void a_byte_order_mark_is_passed_over(void **state) {
  (void)state;
  check("\xEF\xBB\xBF{}", "object 1:1 {}|");
  check("\xEF\xBB\xBF", "");
  check("\xEF\xBB", "other 1:1 \xEF\xBB|");
}

static void nothing_gives_nothing(void **state) {
  (void)state;
  check("", "");
  check(" \n\t\r\n,", "");
}

static void what_is_no_object_is_told_and_passed_over(void **state) {
  (void)state;
  check("hello {\n{}\n]\n{}", "other 1:1 hello {|object 2:1 {}|other 3:1 ]|object 4:1 {}|");
  check("[\"o/n, {\", 12,{},null]{}", "other 1:2 \"o/n, {\"|other 1:12 12|object 1:15 {}|other 1:18 null|object 1:23 {}|");
  check("[{\"a\":1}},{}]", "object 1:2 {\"a\":1}|other 1:9 }|object 1:11 {}|");
}

static void of_what_is_no_object_only_the_beginning_is_kept(void **state) {
  (void)state;
  static char bytes[3000];
  static char out[20000];
  memset(bytes, 'x', sizeof bytes);
  print_pieces(bytes, sizeof bytes, 0, out, sizeof out);
  assert_int_equal(strlen(out), strlen("other 1:1 |") + 256);
}

static void a_line_that_breaks_off_takes_no_other_with_it(void **state) {
  (void)state;
  check("{\"a\":\"x\n{\"b\":2}\n", "broken@1:8 1:1 {\"a\":\"x\n|object 2:1 {\"b\":2}|");
  check("{\"a\":{\"x\":1\n{\"b\":2}\n", "broken@2:1 1:1 {\"a\":{\"x\":1\n|object 2:1 {\"b\":2}|");
  check("{\"a\":[\"x\",\n{\"b\":2}\n", "broken@2:1 1:1 {\"a\":[\"x\",\n|object 2:1 {\"b\":2}|");
  check("{\"a\":\"x\\\n{\"b\":2}\n", "broken@1:9 1:1 {\"a\":\"x\\\n|object 2:1 {\"b\":2}|");
  check("{\"a\":b\"}\n{\"b\":2}\n", "broken@1:9 1:1 {\"a\":b\"}\n|object 2:1 {\"b\":2}|");
}

static void an_element_without_its_bracket_takes_no_other_with_it(void **state) {
  (void)state;
  check("[\n  {\n    \"r\": {\n      \"s\": 1\n    },\n  {\n    \"b\": 2\n  }\n]",
        "broken@6:3 2:3 {\n    \"r\": {\n      \"s\": 1\n    },\n  |object 6:3 {\n    \"b\": 2\n  }|");
}

static void brackets_of_an_objects_own_are_left_in_it(void **state) {
  (void)state;
  check("{\n  \"a\":\n  {\n    \"b\": 1\n  }\n}", "object 1:1 {\n  \"a\":\n  {\n    \"b\": 1\n  }\n}|");
  check("          {\"a\":1,\n\"b\":{\"c\":2}}", "object 1:11 {\"a\":1,\n\"b\":{\"c\":2}}|");
}

static void text_without_any_indents_is_read_whole(void **state) {
  (void)state;
  check("[\n{\n\"a\": [\n{\n\"b\": 1\n},\n{}\n]\n}\n]", "object 2:1 {\n\"a\": [\n{\n\"b\": 1\n},\n{}\n]\n}|");
}

static void objects_over_the_limit_are_told_and_passed_over(void **state) {
  (void)state;
  static char bytes[100000];
  static char out[20000];
  for (size_t len = LIMIT - 20; len < LIMIT + 20; len++) {
    size_t at = (size_t)snprintf(bytes, sizeof bytes, "[{\"a\":\"%0*d\"},{}]", (int)len - 8, 0);
    print_pieces(bytes, at, len % 7, out, sizeof out);
    assert_memory_equal(out, len <= LIMIT ? "object" : "long 1", 6);
    char end[40];
    snprintf(end, sizeof end, "|object 1:%zu {}|", len + 3);
    assert_string_equal(out + strlen(out) - strlen(end), end);
  }
  memset(bytes, '{', sizeof bytes);
  print_pieces(bytes, sizeof bytes, 0, out, sizeof out);
  assert_memory_equal(out, "truncated 1:1 {{{", 17);
  assert_int_equal(strlen(out), strlen("truncated 1:1 |") + LIMIT);
}

static void an_end_within_something_is_told(void **state) {
  (void)state;
  check("{}\n{\"a\":", "object 1:1 {}|truncated 2:1 {\"a\":|");
  check("[{\"a\":", "truncated 1:2 {\"a\":|");
  check("[{},\n", "object 1:2 {}|unclosed 2:1 |");
  check("[[{}]", "object 1:3 {}|unclosed 1:6 |");
  check("[tru", "other 1:2 tru|unclosed 1:5 |");
}

static enum sift_status fail_read(struct sift_source *source, char *buffer, size_t size, size_t *got) {
  static const char bytes[] = "{}{\"a\"";
  if (source->consumed > 0) {
    source->reason = SIFT_REASON_CORRUPT;
    return SIFT_ECORRUPT;
  }
  assert_true(size >= sizeof bytes - 1);
  memcpy(buffer, bytes, sizeof bytes - 1);
  *got = source->consumed = sizeof bytes - 1;
  return SIFT_OK;
}

static void before_an_error_of_the_source_all_is_handed_out(void **state) {
  (void)state;
  const struct sift_source_ops ops = {"failing", fail_read, NULL};
  struct sift_source source = {.ops = &ops};
  struct sift_json_split *split = NULL;
  struct sift_json_piece piece;
  assert_int_equal(sift_json_split_new(&split, &source, LIMIT), SIFT_OK);
  assert_int_equal(sift_json_split_next(split, &piece), SIFT_OK);
  assert_int_equal(piece.kind, SIFT_JSON_PIECE_OBJECT);
  assert_int_equal(sift_json_split_next(split, &piece), SIFT_OK);
  assert_int_equal(piece.kind, SIFT_JSON_PIECE_TRUNCATED);
  assert_int_equal(sift_json_split_next(split, &piece), SIFT_ECORRUPT);
  assert_int_equal(sift_json_split_next(split, &piece), SIFT_ECORRUPT);
  sift_json_split_free(split);
  sift_json_split_free(NULL);
}

/* More than a chunk of 64 KiB, cut at any place. */
static void places_hold_across_chunks(void **state) {
  (void)state;
  enum { LINES = 9000 };
  static char bytes[LINES * 24];
  size_t len = 0;
  for (int i = 0; i < LINES; i++) {
    len += (size_t)snprintf(bytes + len, sizeof bytes - len, " {\"number\":\"%d}\"}\n", i);
  }
  struct sift_source *source = NULL;
  struct sift_json_split *split = NULL;
  struct sift_json_piece piece;
  assert_int_equal(sift_source_memory(&source, bytes, len, 0), SIFT_OK);
  assert_int_equal(sift_json_split_new(&split, source, LIMIT), SIFT_OK);
  for (int i = 0; i < LINES; i++) {
    char expected[40];
    snprintf(expected, sizeof expected, "{\"number\":\"%d}\"}", i);
    assert_int_equal(sift_json_split_next(split, &piece), SIFT_OK);
    assert_int_equal(piece.kind, SIFT_JSON_PIECE_OBJECT);
    assert_true(sift_span_equal(piece.text, sift_span_of(expected)));
    assert_int_equal(piece.line, i + 1);
    assert_int_equal(piece.column, 2);
  }
  assert_int_equal(sift_json_split_next(split, &piece), SIFT_END);
  sift_json_split_free(split);
  sift_source_free(source);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(objects_one_a_line_come_one_by_one),
      cmocka_unit_test(arrays_are_seen_through),
      cmocka_unit_test(an_object_may_take_many_lines),
      cmocka_unit_test(brackets_in_strings_are_text),
      cmocka_unit_test(a_byte_order_mark_is_passed_over),
      cmocka_unit_test(nothing_gives_nothing),
      cmocka_unit_test(what_is_no_object_is_told_and_passed_over),
      cmocka_unit_test(of_what_is_no_object_only_the_beginning_is_kept),
      cmocka_unit_test(a_line_that_breaks_off_takes_no_other_with_it),
      cmocka_unit_test(an_element_without_its_bracket_takes_no_other_with_it),
      cmocka_unit_test(brackets_of_an_objects_own_are_left_in_it),
      cmocka_unit_test(text_without_any_indents_is_read_whole),
      cmocka_unit_test(objects_over_the_limit_are_told_and_passed_over),
      cmocka_unit_test(an_end_within_something_is_told),
      cmocka_unit_test(before_an_error_of_the_source_all_is_handed_out),
      cmocka_unit_test(places_hold_across_chunks),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

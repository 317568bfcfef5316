#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "patterns/yaml.h"

/* One parse, with all that it makes. */
struct parsed {
  struct sift_arena arena;
  struct sift_problems problems;
  const struct sift_yaml *root;
  enum sift_status status;
};

static void parse(struct parsed *out, const char *text, size_t len) {
  sift_arena_init(&out->arena);
  sift_problems_init(&out->problems);
  out->status = sift_yaml_parse(&out->root, &out->arena, "f.yaml", sift_span(text, len), &out->problems);
}

static void release(struct parsed *parsed) {
  sift_arena_release(&parsed->arena);
  sift_problems_release(&parsed->problems);
}

static void expect_problem(const char *text, unsigned line, unsigned column, const char *part) {
  struct parsed parsed;
  parse(&parsed, text, strlen(text));
  assert_int_equal(parsed.status, SIFT_ERULES);
  assert_true(parsed.problems.errors >= 1);
  const struct sift_problem *problem = &parsed.problems.items[0];
  assert_string_equal(problem->file, "f.yaml");
  assert_int_equal(problem->line, line);
  assert_int_equal(problem->column, column);
  if (strstr(problem->message, part) == NULL) {
    fail_msg("'%s' does not say '%s'", problem->message, part);
  }
  assert_true(problem->hint[0] != '\0');
  release(&parsed);
}

static void nodes_know_their_place_and_kind(void **state) {
  (void)state;
  struct parsed parsed;
  const char text[] = "# first\na: [x, 'y y', \"z\\n\"]\nb:\n  c: plain text\n";
  parse(&parsed, text, strlen(text));
  assert_int_equal(parsed.status, SIFT_OK);
  assert_int_equal(parsed.root->kind, SIFT_YAML_MAP);
  assert_int_equal(parsed.root->count, 2);
  const struct sift_yaml *a = sift_yaml_get(parsed.root, "a");
  assert_int_equal(a->kind, SIFT_YAML_LIST);
  assert_int_equal(a->count, 3);
  assert_int_equal(a->line, 2);
  assert_int_equal(a->column, 4);
  assert_int_equal(a->key->column, 1);
  assert_true(a->first->plain);
  assert_false(a->first->next->plain);
  assert_string_equal(a->first->next->text.data, "y y");
  assert_int_equal(a->first->next->column, 8);
  assert_string_equal(a->first->next->next->text.data, "z\n");
  assert_null(a->first->next->next->next);
  const struct sift_yaml *c = sift_yaml_get(sift_yaml_get(parsed.root, "b"), "c");
  assert_string_equal(c->text.data, "plain text");
  assert_int_equal(c->line, 4);
  assert_int_equal(c->column, 6);
  assert_null(sift_yaml_get(parsed.root, "c"));
  release(&parsed);
}

static void a_file_without_a_document_is_fine(void **state) {
  (void)state;
  static const char *const texts[] = {"", "\n\n", "# a comment only\n", "\xEF\xBB\xBF# with a byte order mark\n"};
  for (size_t i = 0; i < 4; i++) {
    struct parsed parsed;
    parse(&parsed, texts[i], strlen(texts[i]));
    assert_int_equal(parsed.status, SIFT_OK);
    assert_null(parsed.root);
    release(&parsed);
  }
}

static void nuls_in_text_are_kept(void **state) {
  (void)state;
  struct parsed parsed;
  const char text[] = "\"a\\0b\"";
  parse(&parsed, text, strlen(text));
  assert_int_equal(parsed.root->text.len, 3);
  assert_memory_equal(parsed.root->text.data, "a\0b", 4);
  release(&parsed);
}

static void faults_are_told_with_their_place(void **state) {
  (void)state;
  expect_problem("a: [1, 2\nb: 3\n", 2, 2, "not valid YAML");
  expect_problem("a: b: c\n", 1, 5, "not valid YAML");
  expect_problem("a: 1\na: 2\n", 2, 1, "'a' stands twice; the first is at line 1");
  expect_problem("a: &x 1\n", 1, 4, "anchors");
  expect_problem("a: [*x]\n", 1, 5, "aliases");
  expect_problem("a: !!binary x\n", 1, 4, "tags");
  expect_problem("{[a]: b}\n", 1, 2, "a key must be a word");
  expect_problem("a: 1\n---\nb: 2\n", 2, 1, "second document");
  expect_problem("a: \xff\n", 1, 4, "not valid YAML");
}

static void reading_goes_on_behind_what_is_not_syntax(void **state) {
  (void)state;
  struct parsed parsed;
  const char text[] = "a: &x 1\nb: [*x, 2]\nc: !t 3\nc: 4\nd: 5\n";
  parse(&parsed, text, strlen(text));
  assert_int_equal(parsed.status, SIFT_ERULES);
  assert_int_equal(parsed.problems.errors, 4);
  assert_string_equal(sift_yaml_get(parsed.root, "d")->text.data, "5");
  assert_int_equal(sift_yaml_get(parsed.root, "b")->count, 1);
  release(&parsed);
}

static char *repeated(const char *unit, size_t times, size_t *len) {
  size_t size = strlen(unit);
  char *out = malloc(size * times + 1);
  assert_non_null(out);
  for (size_t i = 0; i < times; i++) {
    memcpy(out + i * size, unit, size);
  }
  *len = size * times;
  out[*len] = '\0';
  return out;
}

static double seconds(void) {
  struct timespec now;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

/* Hostile text ends in one clear problem, with memory that does not follow the text's size. */
static void expect_bomb_refused(const char *unit, size_t times, const char *part, size_t arena_max) {
  size_t len = 0;
  char *text = repeated(unit, times, &len);
  struct parsed parsed;
  double begin = seconds();
  parse(&parsed, text, len);
  double took = seconds() - begin;
  assert_int_equal(parsed.status, SIFT_ERULES);
  assert_int_equal(parsed.problems.errors, 1);
  if (strstr(parsed.problems.items[0].message, part) == NULL) {
    fail_msg("'%s' does not say '%s'", parsed.problems.items[0].message, part);
  }
  assert_true(sift_arena_bytes(&parsed.arena) <= arena_max);
  assert_true(took < 30); /* quadratic behaviour would take hours */
  release(&parsed);
  free(text);
}

static void deep_nesting_is_refused(void **state) {
  (void)state;
  expect_bomb_refused("[", 1000000, "nested more than 64 deep", 1 << 20);
  expect_bomb_refused("{a: ", 1000000, "nested more than 64 deep", 1 << 20);
  expect_bomb_refused("- ", 1000000, "nested more than 64 deep", 1 << 20);
}

static enum sift_status status_of_levels(int levels) {
  char text[201];
  memset(text, '[', 100);
  memset(text + 100, ']', 100);
  struct parsed parsed;
  parse(&parsed, text + 100 - levels, (size_t)levels * 2);
  enum sift_status status = parsed.status;
  release(&parsed);
  return status;
}

static void sixty_four_levels_are_read_and_no_more(void **state) {
  (void)state;
  assert_int_equal(status_of_levels(64), SIFT_OK);
  assert_int_equal(status_of_levels(65), SIFT_ERULES);
}

static void too_many_values_are_refused(void **state) {
  (void)state;
  expect_bomb_refused("- [],[]\n", 1, "not valid YAML", 1 << 20);
  expect_bomb_refused("- x\n", 1100000, "more than a million values", 128 << 20);
}

static void too_many_keys_are_refused(void **state) {
  (void)state;
  char text[2000] = "";
  for (int i = 0; i < 65; i++) {
    snprintf(text + strlen(text), sizeof text - strlen(text), "key%d: v\n", i);
  }
  expect_problem(text, 65, 8, "more than 64 keys");
}

static void a_large_file_is_refused_unread(void **state) {
  (void)state;
  struct parsed parsed;
  /* The length alone decides: the bytes behind the pointer are not looked at. */
  parse(&parsed, "x", 100 * 1024 * 1024);
  assert_int_equal(parsed.status, SIFT_ERULES);
  assert_non_null(strstr(parsed.problems.items[0].message, "16 MiB"));
  assert_int_equal(sift_arena_bytes(&parsed.arena), 0);
  release(&parsed);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(nodes_know_their_place_and_kind),
      cmocka_unit_test(a_file_without_a_document_is_fine),
      cmocka_unit_test(nuls_in_text_are_kept),
      cmocka_unit_test(faults_are_told_with_their_place),
      cmocka_unit_test(reading_goes_on_behind_what_is_not_syntax),
      cmocka_unit_test(deep_nesting_is_refused),
      cmocka_unit_test(sixty_four_levels_are_read_and_no_more),
      cmocka_unit_test(too_many_values_are_refused),
      cmocka_unit_test(too_many_keys_are_refused),
      cmocka_unit_test(a_large_file_is_refused_unread),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

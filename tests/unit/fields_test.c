#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "patterns/fields.h"

/* A YAML value and the means to read it. */
struct bench {
  struct sift_arena arena;
  struct sift_problems problems;
  struct sift_reading reading;
  const struct sift_yaml *node;
};

static void set_up(struct bench *bench, const char *yaml) {
  sift_arena_init(&bench->arena);
  sift_problems_init(&bench->problems);
  bench->reading =
      (struct sift_reading){.problems = &bench->problems, .arena = &bench->arena, .file = "f.yaml", .subject = "the-rule"};
  assert_int_equal(sift_yaml_parse(&bench->node, &bench->arena, "f.yaml", sift_span_of(yaml), &bench->problems), SIFT_OK);
  bench->node = bench->node->first;
}

static void tear_down(struct bench *bench) {
  sift_arena_release(&bench->arena);
  sift_problems_release(&bench->problems);
}

static bool is_text(const char *scalar) {
  char yaml[128];
  snprintf(yaml, sizeof yaml, "a: %s\n", scalar);
  struct bench bench;
  struct sift_span text;
  set_up(&bench, yaml);
  bool fine = sift_read_text(&bench.reading, bench.node, "a", &text);
  assert_int_equal(bench.problems.errors, fine ? 0 : 1);
  tear_down(&bench);
  return fine;
}

static void what_only_yaml_takes_for_text_must_be_quoted(void **state) {
  (void)state;
  static const char *const other[] = {"1",     "-1",   "+12",  "1.5",   ".5",  "1e3", "1.5E-3", "0x1F", "0o17", "1_000", ".inf",
                                      "-.inf", ".nan", "true", "False", "yes", "NO",  "on",     "off",  "null", "~",     "Null"};
  for (size_t i = 0; i < sizeof other / sizeof other[0]; i++) {
    assert_false(is_text(other[i]));
    char quoted[64];
    snprintf(quoted, sizeof quoted, "'%s'", other[i]);
    assert_true(is_text(quoted));
  }
}

static void what_all_take_for_text_need_not(void **state) {
  (void)state;
  static const char *const texts[] = {"6B", "1.2.3",  "12 a",    "0xZZ", "e3", "-",  "+",   "1e",
                                      "v1", "true x", "nullify", "yes!", ".",  "0x", "1-2", "https://example.org"};
  for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
    if (strcmp(texts[i], "-") != 0) {
      assert_true(is_text(texts[i]));
    }
  }
  assert_false(is_text("''"));
  assert_false(is_text(""));
  assert_false(is_text("[a]"));
  assert_false(is_text("{a: b}"));
}

static void numbers_are_digits_within_range(void **state) {
  (void)state;
  static const struct {
    const char *yaml;
    bool fine;
    uint64_t value;
  } cases[] = {{"a: 0", true, 0},
               {"a: 12", true, 12},
               {"a: 999999999999999999", true, 999999999999999999},
               {"a: 1000000000000000000", false, 0},
               {"a: -1", false, 0},
               {"a: 1.0", false, 0},
               {"a: '1'", false, 0},
               {"a: x", false, 0},
               {"a: [1]", false, 0}};
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    struct bench bench;
    uint64_t value = 0;
    set_up(&bench, cases[i].yaml);
    assert_int_equal(sift_read_number(&bench.reading, bench.node, "a", &value), cases[i].fine);
    assert_true(!cases[i].fine || value == cases[i].value);
    tear_down(&bench);
  }
}

static void booleans_are_true_and_false_only(void **state) {
  (void)state;
  static const struct {
    const char *yaml;
    int value; /* -1: none */
  } cases[] = {{"a: true", 1}, {"a: FALSE", 0}, {"a: yes", -1}, {"a: 'true'", -1}, {"a: 1", -1}, {"a: [true]", -1}, {"a:", -1}};
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    struct bench bench;
    bool value = false;
    set_up(&bench, cases[i].yaml);
    assert_int_equal(sift_read_bool(&bench.reading, bench.node, "a", &value), cases[i].value >= 0);
    assert_true(cases[i].value < 0 || value == (cases[i].value == 1));
    tear_down(&bench);
  }
}

static void ids_keep_to_their_letters_and_length(void **state) {
  (void)state;
  struct bench bench;
  set_up(&bench, "a: [a-b-9, a_b, A, 'a b', 'a\xc3\xa4', 'x/y']\n");
  const struct sift_yaml *item = bench.node->first;
  assert_string_equal(sift_read_id(&bench.reading, item, "a", false), "a-b-9");
  assert_null(sift_read_id(&bench.reading, item->next, "a", false));
  assert_string_equal(sift_read_id(&bench.reading, item->next, "a", true), "a_b");
  for (item = item->next->next; item != NULL; item = item->next) {
    assert_null(sift_read_id(&bench.reading, item, "a", true));
  }
  tear_down(&bench);
}

static void urls_are_whole(void **state) {
  (void)state;
  struct bench bench;
  set_up(&bench, "a: [https://example.org/x, http://e.org, example.org, ftp://e.org, 'https://e.org/a b']\n");
  size_t fine = 0;
  for (const struct sift_yaml *item = bench.node->first; item != NULL; item = item->next) {
    fine += sift_read_url(&bench.reading, item, "a") != NULL;
  }
  assert_int_equal(fine, 2);
  assert_int_equal(bench.problems.errors, 3);
  tear_down(&bench);
}

static void messages_cannot_steer_a_terminal(void **state) {
  (void)state;
  static const struct sift_field fields[] = {{"id", false}};
  struct bench bench;
  set_up(&bench, "a: {\"\\e[31mred\": 1}\n");
  assert_true(sift_read_map(&bench.reading, bench.node, "a thing", "", fields, 1));
  assert_int_equal(bench.problems.errors, 1);
  assert_string_equal(bench.problems.items[0].field, "?[31mred");
  assert_string_equal(bench.problems.items[0].subject, "the-rule");
  tear_down(&bench);
}

static void a_choice_names_what_there_is(void **state) {
  (void)state;
  static const char *const names[] = {"low", "medium", "high"};
  struct bench bench;
  size_t choice = 9;
  set_up(&bench, "a: [high, hihg, none]\n");
  assert_true(sift_read_choice(&bench.reading, bench.node->first, "a", names, 3, &choice));
  assert_int_equal(choice, 2);
  assert_false(sift_read_choice(&bench.reading, bench.node->first->next, "a", names, 3, &choice));
  assert_false(sift_read_choice(&bench.reading, bench.node->first->next->next, "a", names, 3, &choice));
  assert_string_equal(bench.problems.items[0].hint, "did you mean 'high'?");
  assert_string_equal(bench.problems.items[1].message, "'none' is none of low, medium, high");
  tear_down(&bench);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(what_only_yaml_takes_for_text_must_be_quoted),
      cmocka_unit_test(what_all_take_for_text_need_not),
      cmocka_unit_test(numbers_are_digits_within_range),
      cmocka_unit_test(booleans_are_true_and_false_only),
      cmocka_unit_test(ids_keep_to_their_letters_and_length),
      cmocka_unit_test(urls_are_whole),
      cmocka_unit_test(messages_cannot_steer_a_terminal),
      cmocka_unit_test(a_choice_names_what_there_is),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

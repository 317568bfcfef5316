#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "engine/database_internal.h"
#include "engine/typical.h"
#include "tests/support/rules.h"

static const struct test_rule rules[] = {
    {.id = "common", .any = {"HTTP/1\\.1\" 200"}, .match = {"HTTP/1.1\" 200"}, .no_match = {"HTTP/1.1\" 500"}},
    {.id = "mixed",
     .any = {"no disk left at all", "x\\d"},
     .all = {"at [a-z]+"},
     .match = {"no disk left at all"},
     .no_match = {"no disk"}},
};

static const struct sift_compiled *of(const struct sift_database *database, const char *pattern) {
  for (uint32_t i = 0; i < database->pattern_count; i++) {
    if (strcmp(database->patterns[i].pattern->text, pattern) == 0) {
      return &database->patterns[i];
    }
  }
  fail();
  return NULL;
}

static void rare_texts_go_to_the_sampler_and_the_rest_to_a_database(void **state) {
  (void)state;
  struct sift_ruleset *ruleset = test_ruleset(rules, 2);
  struct sift_database *database = test_database(ruleset);
  assert_non_null(database->sampler);
  assert_non_null(database->rest);
  const struct sift_compiled *rare = of(database, "no disk left at all");
  assert_int_equal(rare->atoms.count, 1);
  assert_string_equal(rare->atoms.items[0].data, "no disk left at all");
  assert_int_equal(sift_database_atoms(database, rare->pattern).count, 1);
  assert_int_equal(of(database, "x\\d")->atoms.count, 0);      /* too short */
  assert_int_equal(of(database, "at [a-z]+")->atoms.count, 0); /* no `any` pattern */
  sift_database_free(database);
  sift_ruleset_free(ruleset);
}

static void texts_that_typical_logs_are_full_of_do_not_wake(void **state) {
  (void)state;
  assert_non_null(memmem(sift_typical_text().data, sift_typical_text().len, "HTTP/1.1\" 200", 13));
  struct sift_ruleset *ruleset = test_ruleset(rules, 2);
  struct sift_database *database = test_database(ruleset);
  assert_int_equal(of(database, "HTTP/1\\.1\" 200")->atoms.count, 0);
  sift_database_free(database);
  sift_ruleset_free(ruleset);
}

/* Too short for the sampler, and a text whose grams are common though it is not. */
static void texts_unfit_for_the_sampler_go_to_the_literal_matcher(void **state) {
  (void)state;
  static const struct test_rule rule = {.id = "r", .any = {"^OOPS!$", "http/1.1\" 599"}, .match = {"OOPS!"}};
  struct sift_ruleset *ruleset = test_ruleset(&rule, 1);
  struct sift_database *database = test_database(ruleset);
  for (int i = 0; i < 2; i++) {
    assert_int_equal(database->patterns[i].atoms.count, 1);
    assert_int_equal(database->patterns[i].windows[0], SIFT_WINDOW_NONE);
  }
  assert_string_equal(database->patterns[0].atoms.items[0].data, "oops!");
  assert_non_null(database->literals);
  assert_null(database->rest);
  assert_null(database->sampler);
  sift_database_free(database);
  sift_ruleset_free(ruleset);
}

static void another_specimen_chooses_others(void **state) {
  (void)state;
  static char typical[100000];
  for (size_t i = 0; i + 20 <= sizeof typical; i += 20) {
    memcpy(typical + i, "no disk left at all\n", 20);
  }
  struct sift_ruleset *ruleset = test_ruleset(rules, 2);
  struct sift_database *database = NULL;
  struct sift_problems problems;
  sift_problems_init(&problems);
  assert_int_equal(sift_database_compile_for(&database, ruleset, sift_span(typical, sizeof typical), &problems), SIFT_OK);
  assert_int_equal(of(database, "no disk left at all")->atoms.count, 0);
  assert_int_equal(of(database, "HTTP/1\\.1\" 200")->atoms.count, 1);
  sift_problems_release(&problems);
  sift_database_free(database);
  sift_ruleset_free(ruleset);
}

static void the_reason_for_the_rest_is_told(void **state) {
  (void)state;
  struct sift_arena arena;
  struct sift_specimen *specimen = NULL;
  struct sift_waking waking;
  sift_arena_init(&arena);
  assert_int_equal(sift_specimen_new(&specimen, sift_typical_text()), SIFT_OK);
  assert_int_equal(sift_waking_choose(&waking, &arena, "x\\d", specimen), SIFT_OK);
  assert_false(waking.common);
  assert_int_equal(sift_waking_choose(&waking, &arena, "HTTP/1\\.1\" 200", specimen), SIFT_OK);
  assert_true(waking.common);
  assert_int_equal(waking.atoms.count, 0);
  assert_int_equal(sift_waking_choose(&waking, &arena, "no disk left at all", specimen), SIFT_OK);
  assert_false(waking.common);
  assert_in_range(waking.windows[0], 0, 19 - SIFT_SAMPLER_LONG);
  sift_specimen_free(specimen);
  sift_arena_release(&arena);
}

static void a_rule_set_may_need_only_one_of_them(void **state) {
  (void)state;
  struct sift_ruleset *ruleset = test_ruleset(rules, 1);
  struct sift_database *database = test_database(ruleset);
  assert_null(database->sampler);
  assert_non_null(database->rest);
  sift_database_free(database);
  sift_ruleset_free(ruleset);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(rare_texts_go_to_the_sampler_and_the_rest_to_a_database),
      cmocka_unit_test(texts_that_typical_logs_are_full_of_do_not_wake),
      cmocka_unit_test(texts_unfit_for_the_sampler_go_to_the_literal_matcher),
      cmocka_unit_test(another_specimen_chooses_others),
      cmocka_unit_test(the_reason_for_the_rest_is_told),
      cmocka_unit_test(a_rule_set_may_need_only_one_of_them),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

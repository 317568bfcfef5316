#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "engine/database_internal.h"
#include "tests/support/rules.h"

static const struct test_rule rules[] = {
    {.id = "r", .any = {"port (?<port>\\d+)(?! free)"}, .captures = {"port", "host"}, .match = {"port 80"}, .no_match = {"port x"}},
};

static void a_program_is_made_once_and_knows_its_groups(void **state) {
  (void)state;
  struct sift_ruleset *ruleset = test_ruleset(rules, 1);
  struct sift_database *database = test_database(ruleset);
  const struct sift_program *program = sift_program_get(&database->patterns[0], &ruleset->rules[0], true);
  assert_non_null(program);
  assert_ptr_equal(program, sift_program_get(&database->patterns[0], &ruleset->rules[0], true));
  assert_ptr_not_equal(program, sift_program_get(&database->patterns[0], &ruleset->rules[0], false));
  assert_int_equal(program->groups[0], 1);
  assert_int_equal(program->groups[1], 0);
  sift_database_free(database);
  sift_ruleset_free(ruleset);
}

struct asked {
  struct sift_database *database;
  const struct sift_ruleset *ruleset;
  const struct sift_program *got;
};

static void *ask(void *context) {
  struct asked *asked = context;
  asked->got = sift_program_get(&asked->database->patterns[0], &asked->ruleset->rules[0], true);
  return NULL;
}

static void threads_that_ask_at_once_get_the_same(void **state) {
  (void)state;
  struct sift_ruleset *ruleset = test_ruleset(rules, 1);
  for (int round = 0; round < 20; round++) {
    struct sift_database *database = test_database(ruleset);
    struct asked asked[4];
    pthread_t threads[4];
    for (int i = 0; i < 4; i++) {
      asked[i] = (struct asked){database, ruleset, NULL};
      assert_int_equal(pthread_create(&threads[i], NULL, ask, &asked[i]), 0);
    }
    for (int i = 0; i < 4; i++) {
      pthread_join(threads[i], NULL);
      assert_non_null(asked[i].got);
      assert_ptr_equal(asked[i].got, asked[0].got);
    }
    sift_database_free(database);
  }
  sift_ruleset_free(ruleset);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_program_is_made_once_and_knows_its_groups),
      cmocka_unit_test(threads_that_ask_at_once_get_the_same),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/unit/measure_support.h"
#include "tools/measure/versus.h"

static const struct test_rule others[] = {
    {.id = "a-literal", .any = {"zyxq"}}, {.id = "c-sampled", .any = {"zyzzyva quux"}}, {.id = "d-new", .any = {"1234z came"}}};

static void compare(struct sift_versus *versus, const struct scene *scene, const struct sift_database *theirs) {
  const struct sift_versus_config config = {.ours = scene->database,
                                            .theirs = theirs,
                                            .corpus = &scene->corpus,
                                            .our_compile_seconds = 1,
                                            .their_compile_seconds = 2,
                                            .sample_bytes = scene->corpus.len,
                                            .rounds = 2};
  assert_int_equal(sift_versus_run(versus, &config), SIFT_OK);
}

static void a_set_against_itself_has_the_same_hits(void **state) {
  (void)state;
  struct scene scene;
  struct sift_versus versus;
  scene_init(&scene, 1000);
  compare(&versus, &scene, scene.database);
  assert_true(versus.same_hits && versus.same_corpus && versus.rule_count == 0);
  assert_int_equal(versus.ours.lap.found.hits, 300);
  assert_int_equal(versus.ours.timings[SIFT_WAY_PATH].rounds, 2);
  assert_int_equal(versus.theirs.timings[SIFT_WAY_WAKE].rounds, 2);
  assert_int_equal(versus.speed[SIFT_WAY_PATH].pairs, 2);
  assert_true(versus.compile.value > 1.99 && versus.compile.value < 2.01);
  assert_int_equal(versus.ours.lap.sizes.database, versus.theirs.lap.sizes.database);
  sift_versus_release(&versus);
  scene_release(&scene);
}

static void rules_whose_hits_differ_are_listed_with_those_that_one_side_lacks(void **state) {
  (void)state;
  struct scene scene;
  struct sift_versus versus;
  scene_init(&scene, 1000);
  struct sift_ruleset *ruleset = test_ruleset(others, 3);
  struct sift_database *database = test_database(ruleset);
  compare(&versus, &scene, database);
  assert_false(versus.same_hits);
  assert_int_equal(versus.rule_count, 3);
  assert_string_equal(versus.rules[0].id, "a-literal");
  assert_int_equal(versus.rules[0].our_hits, 100);
  assert_int_equal(versus.rules[0].their_hits, 200);
  assert_true(versus.rules[1].ours && !versus.rules[1].theirs); /* b-rest */
  assert_true(!versus.rules[2].ours && versus.rules[2].theirs); /* d-new: totals alone would not tell */
  sift_versus_release(&versus);
  sift_database_free(database);
  sift_ruleset_free(ruleset);
  scene_release(&scene);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_set_against_itself_has_the_same_hits),
      cmocka_unit_test(rules_whose_hits_differ_are_listed_with_those_that_one_side_lacks),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

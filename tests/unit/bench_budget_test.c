#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "tools/measure/bench_budget.h"

static enum sift_status parse(struct sift_bench_budget *budget, const char *text, struct sift_problems *problems) {
  sift_problems_init(problems);
  return sift_bench_budget_parse(budget, "b.yaml", sift_span_of(text), problems);
}

static void limits_are_read_by_name(void **state) {
  (void)state;
  struct sift_bench_budget budget;
  struct sift_problems problems;
  assert_int_equal(parse(&budget, "max_scratch_bytes: 4096\nmin_throughput_ratio: .75\n", &problems), SIFT_OK);
  assert_true(budget.set[SIFT_LIMIT_SCRATCH] && budget.limits[SIFT_LIMIT_SCRATCH] == 4096);
  assert_true(budget.set[SIFT_LIMIT_THROUGHPUT_RATIO] && budget.limits[SIFT_LIMIT_THROUGHPUT_RATIO] == 0.75);
  assert_false(budget.set[SIFT_LIMIT_DATABASE]);
  sift_problems_release(&problems);
}

static void every_error_is_told_where_it_stands(void **state) {
  (void)state;
  static const struct {
    const char *text;
    unsigned line, column;
  } bad[] = {{"max_speed: 1\n", 1, 1},
             {"max_scratch_bytes: many\n", 1, 20},
             {"max_scratch_bytes: -1\n", 1, 20},
             {"max_scratch_bytes: '5'\n", 1, 20},
             {"max_scratch_bytes: [5]\n", 1, 20},
             {"\nmax_rule_share: 2\n", 2, 17},
             {"max_scratch_bytes: 1e999\n", 1, 20},
             {"max_scratch_bytes: .\n", 1, 20},
             {"max_differing_rules: 0.5\n", 1, 22},
             {"{}\n", 1, 1},
             {"", 1, 1}};
  for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
    struct sift_bench_budget budget;
    struct sift_problems problems;
    assert_int_equal(parse(&budget, bad[i].text, &problems), SIFT_ERULES);
    assert_int_equal(problems.errors, 1);
    assert_int_equal(problems.items[0].line, bad[i].line);
    assert_int_equal(problems.items[0].column, bad[i].column);
    sift_problems_release(&problems);
  }
}

static void a_file_that_is_not_there_is_a_problem(void **state) {
  (void)state;
  struct sift_bench_budget budget;
  struct sift_problems problems;
  sift_problems_init(&problems);
  assert_int_equal(sift_bench_budget_read(&budget, "/nowhere/budget.yaml", &problems), SIFT_EIO);
  assert_int_equal(problems.errors, 1);
  sift_problems_release(&problems);
}

static void what_cannot_be_measured_is_known_before(void **state) {
  (void)state;
  const struct sift_bench_plan all = {.compares = true, .marginal = true, .rounds = 2};
  const struct sift_bench_plan little = {.rounds = 2};
  const struct sift_bench_plan once = {.compares = true, .marginal = true, .rounds = 1};
  for (int i = 0; i < SIFT_LIMITS; i++) {
    enum sift_limit limit = (enum sift_limit)i;
    bool against = limit == SIFT_LIMIT_AGAINST || limit == SIFT_LIMIT_DIFFERING;
    bool ratio = limit == SIFT_LIMIT_THROUGHPUT_RATIO || limit == SIFT_LIMIT_WAKE_RATIO || limit == SIFT_LIMIT_AGAINST;
    assert_null(sift_limit_lacks(limit, &all));
    assert_int_equal(sift_limit_lacks(limit, &little) != NULL, against || limit == SIFT_LIMIT_MARGINAL);
    assert_int_equal(sift_limit_lacks(limit, &once) != NULL, ratio || limit == SIFT_LIMIT_MARGINAL);
  }
}

static void figures_keep_their_digits(void **state) {
  (void)state;
  char out[SIFT_LIMIT_FIGURE_BYTES];
  assert_string_equal(sift_limit_figure(out, 8812345), "8812345");
  assert_string_equal(sift_limit_figure(out, 1234567.25), "1234567.25");
  assert_string_equal(sift_limit_figure(out, 0.75), "0.75");
  assert_string_equal(sift_limit_figure(out, 0), "0");
  assert_string_equal(sift_limit_figure(out, 1e300), "1e+300");
}

/* ---- judging ---- */

static struct sift_rule rules[] = {{.id = "dear"}, {.id = "cheap"}};
static const struct sift_ruleset ruleset = {.rules = rules, .rule_count = 2};
static const struct sift_corpus corpus = {.len = 1000000, .lines = 10000};

/* Two ways in four rounds: the path takes `path` seconds where the bare scan takes one. */
static struct sift_figures figures_of(struct sift_point *series, double path, double noise) {
  struct sift_figures figures = {.ruleset = &ruleset, .corpus = &corpus, .series = series, .series_count = 2};
  series[0] = (struct sift_point){.way = SIFT_WAY_BARE_BLOCK, .timing = {.rounds = 4}};
  series[1] = (struct sift_point){.way = SIFT_WAY_PATH, .timing = {.rounds = 4}};
  for (int i = 0; i < 4; i++) {
    series[0].timing.cpu[i] = 1;
    series[1].timing.cpu[i] = path * (i % 2 == 0 ? 1 + noise : 1 / (1 + noise));
  }
  return figures;
}

static bool kept(const struct sift_figures *figures, enum sift_limit limit, double bound, struct sift_bench_budget_line *line) {
  struct sift_bench_budget budget = {.set = {false}};
  struct sift_bench_budget_verdict verdict;
  budget.set[limit] = true;
  budget.limits[limit] = bound;
  sift_bench_budget_judge(&verdict, &budget, figures, NULL);
  assert_int_equal(verdict.count, 1);
  assert_int_equal(verdict.kept, verdict.lines[0].kept);
  *line = verdict.lines[0];
  return verdict.kept;
}

static void a_throughput_is_too_low_only_beyond_the_noise(void **state) {
  (void)state;
  struct sift_point series[2];
  struct sift_bench_budget_line line;
  struct sift_figures steady = figures_of(series, 2, 0.001);
  assert_true(kept(&steady, SIFT_LIMIT_THROUGHPUT_RATIO, 0.4, &line));
  assert_false(kept(&steady, SIFT_LIMIT_THROUGHPUT_RATIO, 0.6, &line));
  struct sift_figures noisy = figures_of(series, 2, 0.5);
  assert_true(kept(&noisy, SIFT_LIMIT_THROUGHPUT_RATIO, 0.6, &line));
}

static void what_was_not_measured_is_not_kept(void **state) {
  (void)state;
  struct sift_point series[2];
  struct sift_bench_budget_line line;
  struct sift_figures figures = figures_of(series, 1, 0.001);
  assert_false(kept(&figures, SIFT_LIMIT_MARGINAL, 1, &line));
  assert_true(line.unknown);
  assert_false(kept(&figures, SIFT_LIMIT_WAKE_RATIO, 0, &line));
  assert_true(line.unknown);
}

static void the_dearest_rule_is_named(void **state) {
  (void)state;
  struct sift_point series[2];
  struct sift_bench_budget_line line;
  uint32_t order[] = {1, 0};
  struct sift_marginal_group groups[] = {{.first = 0, .count = 2, .gain = {9, 8, 10, 4}},
                                         {.first = 1, .count = 1, .gain = {2, 1.8, 2.2, 4}}};
  struct sift_figures figures = figures_of(series, 1, 0.001);
  figures.marginal = (struct sift_marginal){.order = order, .groups = groups, .group_count = 2, .measurements = 3};
  assert_false(kept(&figures, SIFT_LIMIT_MARGINAL, 0.4, &line));
  assert_string_equal(line.rule, "dear");
  assert_true(line.value == 0.5);
  assert_true(kept(&figures, SIFT_LIMIT_MARGINAL, 0.45, &line)); /* within the noise */
}

static void counts_and_sizes_are_compared_as_they_are(void **state) {
  (void)state;
  struct sift_point series[2];
  struct sift_bench_budget_line line;
  struct sift_figures figures = figures_of(series, 1, 0.001);
  figures.found = (struct sift_path_result){.hits = 20, .woken = 100, .confirmed = 40};
  figures.sizes.database = 5000;
  figures.sizes.parts.scratch_bytes = 300;
  figures.compile_seconds = 2;
  static const struct {
    enum sift_limit limit;
    double value;
  } known[] = {{SIFT_LIMIT_HITS, 2000},
               {SIFT_LIMIT_REFUSED, 0.6},
               {SIFT_LIMIT_DATABASE, 5000},
               {SIFT_LIMIT_SCRATCH, 300},
               {SIFT_LIMIT_COMPILE, 2}};
  for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
    assert_true(kept(&figures, known[i].limit, known[i].value, &line));
    assert_true(line.value == known[i].value);
    assert_false(kept(&figures, known[i].limit, known[i].value * 0.99, &line));
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(limits_are_read_by_name),
      cmocka_unit_test(every_error_is_told_where_it_stands),
      cmocka_unit_test(a_file_that_is_not_there_is_a_problem),
      cmocka_unit_test(what_cannot_be_measured_is_known_before),
      cmocka_unit_test(figures_keep_their_digits),
      cmocka_unit_test(a_throughput_is_too_low_only_beyond_the_noise),
      cmocka_unit_test(what_was_not_measured_is_not_kept),
      cmocka_unit_test(the_dearest_rule_is_named),
      cmocka_unit_test(counts_and_sizes_are_compared_as_they_are),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

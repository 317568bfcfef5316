#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tools/measure/blame.h"
#include "tools/measure/findings.h"

/* Made-up figures: one of each thing that a renderer may meet. */
static struct sift_rule rules[] = {
    {.id = "slow", .title = "<b>&\x1b"}, {.id = "quick", .title = "q"}, {.id = "other", .title = "o"}};
static const struct sift_ruleset ruleset = {
    .name = "set", .version = "<1>", .rules = rules, .rule_count = 3, .hash_text = "0123456789abcdef"};
static struct sift_corpus_part parts[] = {{"<part>", 0, 1000000}};
static const struct sift_corpus corpus = {.len = 1000000, .lines = 10000, .parts = parts, .part_count = 1, .cut = true};
static struct sift_point series[] = {
    {SIFT_WAY_BARE_BLOCK, SIFT_CHART_WAY, 0, {.cpu = {1, 1}, .wall = {2, 2}, .rounds = 2, .bytes = 100000000}},
    {SIFT_WAY_PATH, SIFT_CHART_WAY, 0, {.cpu = {2, 2.1}, .wall = {2, 2}, .rounds = 2, .bytes = 100000000}},
    {SIFT_WAY_PATH, SIFT_CHART_BATCH, 65536, {.cpu = {4}, .wall = {5}, .rounds = 1, .bytes = 100000000}},
    {SIFT_WAY_PATH, SIFT_CHART_THREADS, 2, {.cpu = {4}, .wall = {2}, .rounds = 1, .bytes = 100000000}},
};
static struct sift_rule_cost costs[] = {
    {.hits = 5, .woken = 7, .refused = 2, .confirm_seconds = 0.25, .faults = 1U << SIFT_FAULT_NO_TEXT},
    {.hits = 1, .woken = 1, .confirm_seconds = 0.125, .pcre_seconds = 0.5},
    {.hits = 0}};
static uint32_t order[] = {0, 1, 2};
static struct sift_marginal_group groups[] = {{.first = 0, .count = 1, .gain = {1.5, 1.4, 1.6, 5}}};
static const struct sift_figures figures = {.ruleset = &ruleset,
                                            .corpus = &corpus,
                                            .sample_bytes = 1000,
                                            .rounds = 2,
                                            .compile_seconds = 3,
                                            .series = series,
                                            .series_count = 4,
                                            .costs = costs,
                                            .found = {.hits = 6, .woken = 8, .confirmed = 6},
                                            .marginal = {.order = order, .groups = groups, .group_count = 1, .measurements = 9}};
static const struct sift_host host = {
    .cpu = "<cpu>", .date = "2026-01-31T00:00:00+00:00", .build = "Release", .compiler = "cc", .version = "9"};
static struct sift_versus_rule differing[] = {{.id = "gone", .theirs = true, .their_hits = 4}};
static const struct sift_versus versus = {
    .ours = {.lap = {.program = "p", .rules_name = "set", .rules_version = "<1>", .rules_hash = "0123456789abcdef"},
             .compile = {.cpu = {1}, .rounds = 1},
             .timings = {{.cpu = {1}, .rounds = 1, .bytes = 5}}},
    .theirs = {.lap = {.program = "<p>", .rules_name = "set", .rules_version = "<1>", .rules_hash = "<hash>", .found = {.hits = 4}},
               .compile = {.cpu = {2}, .rounds = 1},
               .timings = {{.cpu = {2}, .rounds = 1, .bytes = 5}}},
    .path = "/bin/<old>",
    .speed = {{2, 0, INFINITY, 1}},
    .compile = {2, 0, INFINITY, 1},
    .same_corpus = false,
    .rules = differing,
    .rule_count = 1};
static const struct sift_bench_budget_verdict verdict = {.lines = {{SIFT_LIMIT_SCRATCH, 10, 20, false, false, "slow"}}, .count = 1};
static const struct sift_findings findings = {&host, &figures, &versus, &verdict, 5};

static char *taken(struct sift_text *text) {
  sift_text_append(text, sift_span("", 1));
  assert_false(text->failed);
  char *copy = strdup(text->bytes);
  sift_text_release(text);
  return copy;
}

static void expect(const char *text, const char *part) {
  if (strstr(text, part) == NULL) {
    fail_msg("'%s' is missing in: %s", part, text);
  }
}

static void the_table_tells_each_figure_within_100_columns(void **state) {
  (void)state;
  struct sift_text text;
  sift_text_init(&text, false);
  sift_findings_table(&text, &findings);
  char *table = taken(&text);
  expect(table, "100.0    0.0 %       1.00    1.00 to  1.00");
  expect(table, "50.0 % (40.0..60.0)");
  expect(table, "no text stands in every match");
  expect(table, "600.0 a million lines");
  expect(table, "EXCEEDED");
  expect(table, "no such rule");
  expect(table, "HITS DIFFER, of 1 rule:");
  expect(table, "THE TEXT DIFFERS");
  expect(table, "by /bin/<old>:");
  expect(table, "quick                                1         1         0    125.0   500.0");
  for (const char *line = table; *line != '\0';) {
    size_t len = strcspn(line, "\n");
    assert_true(len <= 100);
    line += len + (line[len] == '\n');
  }
  free(table);
}

static void json_has_an_entry_for_each_round(void **state) {
  (void)state;
  struct sift_json json;
  sift_json_init(&json);
  sift_findings_json(&json, &findings);
  sift_json_raw(&json, sift_span("", 1));
  assert_false(json.failed);
  expect(json.bytes,
         "\"name\":\"path\",\"family_index\":3,\"per_family_instance_index\":0,\"run_name\":\"path\",\"run_type\":\"iteration\","
         "\"repetitions\":2,\"repetition_index\":1,\"threads\":1,\"iterations\":100,\"real_time\":20000,\"cpu_time\":21000,\"time_"
         "unit\":\"us\"");
  expect(json.bytes, "\"name\":\"path/threads:2\"");
  expect(json.bytes, "\"bytes_per_second\":50000000");           /* by the wall, where threads are the point */
  expect(json.bytes, "\"name\":\"compile\",\"family_index\":0"); /* no text: the whole of it is one iteration */
  expect(json.bytes, "\"iterations\":1,\"real_time\":3000000,\"cpu_time\":3000000,");
  expect(json.bytes, "\"batch_bytes\":65536");
  expect(json.bytes, "\"reason\":\"no_text\"");
  expect(json.bytes, "\"path\":\"/bin/<old>\"");
  expect(json.bytes, "\"same_hits\":false,\"same_corpus\":false");
  expect(json.bytes, "\"name\":\"that/compile\"");
  expect(json.bytes, "\"rule\":\"gone\",\"this\":null,\"that\":4");
  expect(json.bytes, "\"high\":null"); /* of one pair */
  assert_null(strstr(json.bytes, "inf"));
  sift_json_release(&json);
}

static void a_page_holds_no_markup_from_outside(void **state) {
  (void)state;
  struct sift_text text;
  sift_text_init(&text, false);
  sift_findings_html(&text, &findings);
  char *page = taken(&text);
  expect(page, "&lt;b&gt;&amp;\xef\xbf\xbd");
  expect(page, "&lt;part&gt;");
  expect(page, "<p>Found: 6 hits (600.0 a million lines); 8 lines woken, 2 of them refused.</p>");
  expect(page, "0 of 0 cores; load"); /* neither frequency nor governor is known */
  expect(page, "<td class=\"over\">exceeded for rule slow</td>");
  assert_null(strstr(page, "points=\"\""));
  expect(page, "&lt;cpu&gt;");
  expect(page, "&lt;1&gt;");
  expect(page, "/bin/&lt;old&gt;: &lt;p&gt;");
  expect(page, "Hits differ: see below.");
  assert_null(strstr(page, "<old>"));
  assert_null(strstr(page, "<b>"));
  assert_null(strstr(page, "<part>"));
  assert_null(strstr(page, "<cpu>"));
  assert_null(strstr(page, "<1>"));
  free(page);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(the_table_tells_each_figure_within_100_columns),
      cmocka_unit_test(json_has_an_entry_for_each_round),
      cmocka_unit_test(a_page_holds_no_markup_from_outside),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

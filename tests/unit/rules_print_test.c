#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "patterns/loader.h"
#include "tools/spacesift/rules.h"

static struct sift_ruleset *load(void) {
  struct sift_problems problems;
  struct sift_ruleset *ruleset = NULL;
  sift_problems_init(&problems);
  assert_int_equal(sift_rules_load(&ruleset, SIFT_TEST_DATA "/rules/good/split", &problems), SIFT_OK);
  sift_problems_release(&problems);
  return ruleset;
}

static void the_table_is_straight_and_sorted(void **state) {
  (void)state;
  struct sift_ruleset *ruleset = load();
  struct sift_text text;
  sift_text_init(&text, false);
  sift_rules_list(&text, ruleset);
  sift_text_append(&text, sift_span("", 1));
  assert_string_equal(text.bytes,
                      "RULE              CLASS      SEVERITY  MARK         CHANNELS    TITLE\n"
                      "capacity-failure  capacity   error     -            all         No machine was free\n"
                      "memory-limit      oom        fatal     -            build, run  The Space used more than {limit} of memory\n"
                      "started           lifecycle  info      startup      run         The application starts\n");
  sift_text_release(&text);
  sift_ruleset_free(ruleset);
}

static void the_json_holds_the_whole_rule(void **state) {
  (void)state;
  struct sift_ruleset *ruleset = load();
  struct sift_json json;
  sift_json_init(&json);
  sift_rules_list_json(&json, ruleset);
  sift_json_raw(&json, sift_span("", 1));
  assert_false(json.failed);
  assert_non_null(strstr(json.bytes, "{\"name\":\"split\",\"version\":\"2\",\"hash\":\""));
  assert_non_null(strstr(json.bytes, "{\"id\":\"capacity\",\"title\":\"No machine was free\",\"incident\":true}"));
  assert_non_null(strstr(json.bytes, "{\"id\":\"started\",\"class\":\"lifecycle\",\"severity\":\"info\",\"mark\":\"startup\","
                                     "\"headline\":false,\"incident\":false,"
                                     "\"channels\":[\"run\"],\"title\":\"The application starts\""));
  assert_non_null(strstr(json.bytes, "\"mark\":null,\"headline\":false,\"incident\":false,\"channels\":null"));
  assert_non_null(strstr(json.bytes, "\"none\":[\"(?i)warning\"],\"capture\":[\"limit\"]"));
  sift_json_release(&json);
  sift_ruleset_free(ruleset);
}

static void a_page_tells_who_decides_and_who_asks(void **state) {
  (void)state;
  struct sift_ruleset *ruleset = load();
  struct sift_text text;
  sift_text_init(&text, false);
  int index = sift_ruleset_find_rule(ruleset, sift_span_of("memory-limit"));
  assert_int_equal(sift_rules_show(&text, ruleset, &ruleset->rules[index]), SIFT_OK);
  sift_text_append(&text, sift_span("", 1));
  static const char *const parts[] = {"rule       memory-limit\n",
                                      "class      oom: Memory ran out\n",
                                      "channels   build, run\n",
                                      "headline   true\n",
                                      "any        Memory limit exceeded \\((?<limit>\\d+\\w+)\\)\n             Hyperscan decides\n",
                                      "             woken by the sampler: 'memory limit exceeded (' seen at '",
                                      "             woken by the sampler: 'oomkilled' seen at '",
                                      "           OOMKilled\n",
                                      "all        [a-z]\n",
                                      "none       (?i)warning\n",
                                      "capture    limit\n",
                                      "actions    Use less memory than {limit}\n           Take larger hardware\n",
                                      "match      Memory limit exceeded (16Gi)\n",
                                      "no match   Memory limit is 16Gi\n",
                                      "tree       oom (verdict oom)\n           rest (verdict unclassified)\n",
                                      "20-rules.yaml:12\n"};
  for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
    if (strstr(text.bytes, parts[i]) == NULL) {
      fail_msg("not in the page: %s\n%s", parts[i], text.bytes);
    }
  }
  sift_text_release(&text);
  sift_ruleset_free(ruleset);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(the_table_is_straight_and_sorted),
      cmocka_unit_test(the_json_holds_the_whole_rule),
      cmocka_unit_test(a_page_tells_who_decides_and_who_asks),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

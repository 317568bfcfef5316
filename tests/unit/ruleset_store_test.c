#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <xxhash.h>

#include "engine/ruleset_store.h"
#include "patterns/loader.h"

static const struct sift_ruleset_origin here = {{1, 2}};
static const struct sift_ruleset_origin elsewhere = {{1, 3}};

enum { CHECKSUM_AT = 8, SUMMED_AT = 24, BODY_AT = 56 };

static const char rules_text[] =
    "ruleset: {name: demo, version: \"1\"}\n"
    "classes:\n"
    "  - {id: lack, title: \"Something lacks\"}\n"
    "  - {id: noise, title: \"Noise\"}\n"
    "rules:\n"
    "  - id: lacks\n"
    "    class: lack\n"
    "    severity: error\n"
    "    title: \"The {what} lacks\"\n"
    "    channels: [run]\n"
    "    any: ['lack of (?<what>\\w+)', 'no (?<what>\\w+) left']\n"
    "    none: ['never mind']\n"
    "    capture: [what]\n"
    "    actions: [\"Bring {what}\"]\n"
    "    examples:\n"
    "      match: [\"lack of salt\", \"no salt left\", \"a lack of oil\"]\n"
    "      no_match: [\"lacking salt\", \"no salt\", \"lack of salt, never mind\"]\n"
    "  - id: starts\n"
    "    class: noise\n"
    "    severity: info\n"
    "    mark: startup\n"
    "    title: \"It starts\"\n"
    "    any: ['it starts']\n"
    "    examples: {match: [\"it starts\", \"and it starts\", \"it starts so\"], no_match: [\"it\", \"starts\", \"its tarts\"]}\n"
    "tree:\n"
    "  - id: a\n"
    "    question: \"Does something lack?\"\n"
    "    when: {all: [{class: lack}, {not: {phase: [healthy]}}, {rule: lacks}]}\n"
    "    verdict: lacking\n"
    "    severity: error\n"
    "    confidence: high\n"
    "    title: \"It lacks\"\n"
    "    actions: [\"Look\"]\n"
    "  - id: z\n"
    "    question: \"Anything?\"\n"
    "    when: {always: true}\n"
    "    verdict: fine\n"
    "    severity: info\n"
    "    confidence: low\n"
    "    title: \"Fine\"\n";

static struct sift_ruleset *parse(void) {
  const struct sift_rule_file file = {"demo.yaml", sift_span_of(rules_text)};
  struct sift_problems problems;
  struct sift_ruleset *ruleset = NULL;
  sift_problems_init(&problems);
  if (sift_rules_parse(&ruleset, &file, 1, &problems) != SIFT_OK) {
    sift_problems_print(&problems, stderr);
    abort();
  }
  sift_problems_release(&problems);
  return ruleset;
}

static struct sift_span store(const struct sift_ruleset *ruleset) {
  char *bytes = NULL;
  size_t len = 0;
  assert_int_equal(sift_ruleset_store(ruleset, &here, &bytes, &len), SIFT_OK);
  return sift_span(bytes, len);
}

static void all_of_a_rule_set_comes_back(void **state) {
  (void)state;
  struct sift_ruleset *made = parse();
  struct sift_span bytes = store(made);
  struct sift_ruleset *back = NULL;
  assert_int_equal(sift_ruleset_restore(&back, &here, bytes), SIFT_OK);
  assert_string_equal(back->hash_text, made->hash_text);
  struct sift_span again = store(back);
  assert_true(sift_span_equal(bytes, again));
  const struct sift_rule *rule = &back->rules[sift_ruleset_find_rule(back, sift_span_of("lacks"))];
  assert_string_equal(rule->file, "demo.yaml");
  assert_int_equal(rule->line, 6);
  assert_int_equal(rule->match.count, 3);
  assert_string_equal(rule->match.items[2].data, "a lack of oil");
  assert_int_equal(back->tree.count, 2);
  assert_int_equal(back->tree.nodes[0].when.child_count, 3);
  assert_int_equal(back->tree.nodes[0].when.classes, made->tree.nodes[0].when.classes);
  free((void *)(uintptr_t)again.data);
  free((void *)(uintptr_t)bytes.data);
  sift_ruleset_free(back);
  sift_ruleset_free(made);
}

static void damage_and_another_origin_are_told(void **state) {
  (void)state;
  struct sift_ruleset *made = parse();
  struct sift_ruleset *back = NULL;
  struct sift_span whole = store(made);
  char *bytes = (char *)(uintptr_t)whole.data;
  assert_int_equal(sift_ruleset_restore(&back, &elsewhere, whole), SIFT_EVERSION);
  for (size_t at = 0; at < whole.len; at++) {
    bytes[at] ^= 0x11;
    assert_int_equal(sift_ruleset_restore(&back, &here, whole), at < CHECKSUM_AT ? SIFT_EVERSION : SIFT_ECORRUPT);
    assert_null(back);
    bytes[at] ^= 0x11;
    assert_int_equal(sift_ruleset_restore(&back, &here, sift_span(bytes, at)), SIFT_ECORRUPT);
  }
  free(bytes);
  sift_ruleset_free(made);
}

static void seal(char *bytes, size_t len) {
  XXH128_hash_t hash = XXH3_128bits(bytes + SUMMED_AT, len - SUMMED_AT);
  memcpy(bytes + CHECKSUM_AT, &(uint64_t[]){hash.high64, hash.low64}, 16);
}

/* Where the checksum is right, only the values themselves can tell: what changes a result is refused by the hash at last. */
static void no_sealed_bytes_do_harm(void **state) {
  (void)state;
  struct sift_ruleset *made = parse();
  struct sift_span whole = store(made);
  char *bytes = malloc(whole.len);
  size_t refused = 0;
  assert_non_null(bytes);
  for (size_t at = BODY_AT; at < whole.len; at++) {
    for (unsigned value = 0; value < 256; value += 5) {
      struct sift_ruleset *back = NULL;
      memcpy(bytes, whole.data, whole.len);
      bytes[at] = (char)value;
      seal(bytes, whole.len);
      enum sift_status status = sift_ruleset_restore(&back, &here, sift_span(bytes, whole.len));
      assert_true(status == SIFT_OK || status == SIFT_ECORRUPT);
      assert_true((status == SIFT_OK) == (back != NULL));
      assert_true(back == NULL || strcmp(back->hash_text, made->hash_text) == 0);
      refused += status != SIFT_OK;
      sift_ruleset_free(back);
    }
  }
  assert_true(refused > 0);
  for (size_t len = BODY_AT; len < whole.len; len++) {
    struct sift_ruleset *back = NULL;
    memcpy(bytes, whole.data, len);
    seal(bytes, len);
    assert_int_equal(sift_ruleset_restore(&back, &here, sift_span(bytes, len)), SIFT_ECORRUPT);
  }
  free(bytes);
  free((void *)(uintptr_t)whole.data);
  sift_ruleset_free(made);
}

static void a_tree_too_deep_is_not_stored(void **state) {
  (void)state;
  enum { DEEP = 70 };
  struct sift_ruleset *made = parse();
  struct sift_condition chain[DEEP];
  memset(chain, 0, sizeof chain);
  for (size_t i = 0; i + 1 < DEEP; i++) {
    chain[i] = (struct sift_condition){.kind = SIFT_COND_NOT, .children = &chain[i + 1], .child_count = 1};
  }
  const struct sift_node node = {
      .id = "deep", .question = "", .verdict = "v", .branch = "", .title = "", .when = chain[0], .reference = ""};
  made->tree.nodes = &node;
  made->tree.count = 1;
  char *bytes = NULL;
  size_t len = 0;
  assert_int_equal(sift_ruleset_store(made, &here, &bytes, &len), SIFT_ELIMIT);
  assert_null(bytes);
  sift_ruleset_free(made);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(all_of_a_rule_set_comes_back),
      cmocka_unit_test(damage_and_another_origin_are_told),
      cmocka_unit_test(no_sealed_bytes_do_harm),
      cmocka_unit_test(a_tree_too_deep_is_not_stored),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

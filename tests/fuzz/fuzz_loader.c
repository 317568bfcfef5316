/* Property: any bytes as rule files (split at \x01) give either errors or a sealed rule set, never both and never a crash; a set
 * is sorted, all its references hold, the same files in another order give the same hash, and linting it ends. */
#include <assert.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "patterns/lint.h"
#include "patterns/loader.h"

enum { FILES_MAX = 4 };

static size_t split(const uint8_t *data, size_t size, struct sift_rule_file *files) {
  static const char *const names[FILES_MAX] = {"a.yaml", "b.yaml", "c.yaml", "d.yaml"};
  size_t count = 0;
  const char *begin = (const char *)data;
  const char *end = begin + size;
  while (count < FILES_MAX) {
    const char *cut = count + 1 < FILES_MAX && begin < end ? memchr(begin, 1, (size_t)(end - begin)) : NULL;
    const char *stop = cut != NULL ? cut : end;
    files[count] = (struct sift_rule_file){names[count], sift_span(begin, (size_t)(stop - begin))};
    count++;
    if (cut == NULL) {
      break;
    }
    begin = cut + 1;
  }
  return count;
}

static void check_condition(const struct sift_ruleset *ruleset, const struct sift_condition *condition) {
  assert(condition->kind != SIFT_COND_CLASS || condition->index < ruleset->class_count);
  assert(condition->kind != SIFT_COND_RULE || condition->index < ruleset->rule_count);
  for (size_t i = 0; i < condition->child_count; i++) {
    check_condition(ruleset, &condition->children[i]);
  }
}

static void check_nodes(const struct sift_ruleset *ruleset, const struct sift_node *nodes, size_t count) {
  for (size_t i = 0; i < count; i++) {
    assert(nodes[i].id[0] != '\0' && (nodes[i].verdict != NULL || nodes[i].child_count > 0));
    check_condition(ruleset, &nodes[i].when);
    check_nodes(ruleset, nodes[i].children, nodes[i].child_count);
  }
}

static void check_set(const struct sift_ruleset *ruleset) {
  assert(ruleset->rule_count > 0 && strlen(ruleset->hash_text) == 32);
  for (size_t i = 0; i < ruleset->rule_count; i++) {
    const struct sift_rule *rule = &ruleset->rules[i];
    assert(i == 0 || strcmp(ruleset->rules[i - 1].id, rule->id) < 0);
    assert(rule->class_index < ruleset->class_count && rule->channels != 0);
    assert(rule->any.count > 0 && rule->match.count > 0 && rule->no_match.count > 0);
    assert(rule->captures.count <= SIFT_CAPTURES_MAX && rule->title[0] != '\0');
  }
  check_nodes(ruleset, ruleset->tree.nodes, ruleset->tree.count);
}

static struct sift_ruleset *parse(const struct sift_rule_file *files, size_t count) {
  struct sift_problems problems;
  struct sift_ruleset *ruleset = NULL;
  sift_problems_init(&problems);
  enum sift_status status = sift_rules_parse(&ruleset, files, count, &problems);
  assert((status == SIFT_OK) == (ruleset != NULL));
  assert((status == SIFT_OK) == (problems.errors == 0));
  if (ruleset != NULL) {
    sift_rules_lint(ruleset, &problems);
    assert(problems.errors == 0);
  }
  sift_problems_release(&problems);
  return ruleset;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  struct sift_rule_file files[FILES_MAX];
  struct sift_rule_file turned[FILES_MAX];
  size_t count = split(data, size, files);
  for (size_t i = 0; i < count; i++) {
    turned[i] = files[count - 1 - i];
  }
  struct sift_ruleset *first = parse(files, count);
  struct sift_ruleset *second = parse(turned, count);
  assert((first == NULL) == (second == NULL));
  if (first != NULL && second != NULL) {
    check_set(first);
    assert(strcmp(first->hash_text, second->hash_text) == 0);
  }
  sift_ruleset_free(first);
  sift_ruleset_free(second);
  return 0;
}

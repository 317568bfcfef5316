/* The identity of a sealed rule set: XXH3 128 over a canonical form of it, the same on every machine. */
#include <stdio.h>

#include <xxhash.h>

#include "engine/ruleset_internal.h"

/* To be raised when the canonical form or the meaning of a field changes. */
static const char FORMAT[] = "spacesift rules 2";

static void put_number(XXH3_state_t *state, uint64_t number) {
  unsigned char bytes[8];
  for (int i = 0; i < 8; i++) {
    bytes[i] = (unsigned char)(number >> (8 * i));
  }
  XXH3_128bits_update(state, bytes, sizeof bytes);
}

/* The length goes first, so that no two lists of texts look alike. */
static void put_span(XXH3_state_t *state, struct sift_span text) {
  put_number(state, text.len);
  if (text.len > 0) {
    XXH3_128bits_update(state, text.data, text.len);
  }
}

static void put_text(XXH3_state_t *state, const char *text) {
  put_span(state, sift_span_of(text));
}

static void put_texts(XXH3_state_t *state, const struct sift_texts *texts) {
  put_number(state, texts->count);
  for (size_t i = 0; i < texts->count; i++) {
    put_span(state, texts->items[i]);
  }
}

static void put_patterns(XXH3_state_t *state, const struct sift_patterns *patterns) {
  put_number(state, patterns->count);
  for (size_t i = 0; i < patterns->count; i++) {
    put_text(state, patterns->items[i].text);
  }
}

static void put_rule(XXH3_state_t *state, const struct sift_rule *rule) {
  put_text(state, rule->id);
  put_number(state, rule->class_index);
  put_number(state, rule->severity);
  put_number(state, rule->mark);
  put_number(state, rule->headline);
  put_number(state, rule->incident);
  put_number(state, rule->channels);
  put_text(state, rule->title);
  put_text(state, rule->reference);
  put_patterns(state, &rule->any);
  put_patterns(state, &rule->all);
  put_patterns(state, &rule->none);
  put_texts(state, &rule->captures);
  put_texts(state, &rule->actions);
}

static void put_condition(XXH3_state_t *state, const struct sift_condition *condition) {
  put_number(state, condition->kind);
  put_number(state, condition->index);
  put_number(state, condition->other);
  put_number(state, condition->low);
  put_number(state, condition->high);
  put_span(state, condition->value);
  put_number(state, condition->child_count);
  for (size_t i = 0; i < condition->child_count; i++) {
    put_condition(state, &condition->children[i]);
  }
}

static void put_nodes(XXH3_state_t *state, const struct sift_node *nodes, size_t count) {
  put_number(state, count);
  for (size_t i = 0; i < count; i++) {
    const struct sift_node *node = &nodes[i];
    put_text(state, node->id);
    put_text(state, node->question);
    put_number(state, node->verdict != NULL);
    put_text(state, node->verdict);
    put_text(state, node->branch);
    put_text(state, node->title);
    put_number(state, node->severity);
    put_number(state, node->confidence);
    put_condition(state, &node->when);
    put_number(state, node->action_count);
    for (size_t a = 0; a < node->action_count; a++) {
      put_text(state, node->actions[a]);
    }
    put_text(state, node->reference);
    put_nodes(state, node->children, node->child_count);
  }
}

static void put_all(XXH3_state_t *state, const struct sift_ruleset *ruleset) {
  put_text(state, FORMAT);
  put_text(state, ruleset->name);
  put_text(state, ruleset->version);
  put_number(state, ruleset->channel_count);
  for (size_t i = 0; i < ruleset->channel_count; i++) {
    put_text(state, ruleset->channels[i]);
  }
  put_number(state, ruleset->class_count);
  for (size_t i = 0; i < ruleset->class_count; i++) {
    put_text(state, ruleset->classes[i].id);
    put_text(state, ruleset->classes[i].title);
    put_number(state, ruleset->classes[i].incident);
  }
  put_number(state, ruleset->rule_count);
  for (size_t i = 0; i < ruleset->rule_count; i++) {
    put_rule(state, &ruleset->rules[i]);
  }
  put_nodes(state, ruleset->tree.nodes, ruleset->tree.count);
}

enum sift_status sift_ruleset_hash(struct sift_ruleset *ruleset) {
  XXH3_state_t *state = XXH3_createState();
  if (state == NULL) {
    return SIFT_ENOMEM;
  }
  XXH3_128bits_reset(state);
  put_all(state, ruleset);
  XXH128_hash_t hash = XXH3_128bits_digest(state);
  XXH3_freeState(state);
  ruleset->hash[0] = hash.high64;
  ruleset->hash[1] = hash.low64;
  snprintf(ruleset->hash_text, sizeof ruleset->hash_text, "%016llx%016llx", (unsigned long long)hash.high64,
           (unsigned long long)hash.low64);
  return SIFT_OK;
}

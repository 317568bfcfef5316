/* A verdict's words: title, actions and the like, of the tree's node and of the rule that decided. */
#include <assert.h>
#include <string.h>

#include "engine/report.h"

#define UNKNOWN_VALUE "\u2026"

/* Text that grows to a fixed size. */
struct text {
  char *bytes;
  size_t len, size;
};

/* False when it was cut. */
static bool append(struct text *text, struct sift_span more) {
  size_t room = text->size - 1 - text->len;
  size_t len = more.len <= room ? more.len : sift_cut_utf8(more, room);
  if (len > 0) {
    memcpy(text->bytes + text->len, more.data, len);
  }
  text->len += len;
  return len == more.len;
}

static bool is_name_byte(char byte) {
  return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') || (byte >= '0' && byte <= '9') || byte == '_';
}

/* The length of "{name}" at the begin of `text`, or 0 where there is none: other braces stand for themselves. */
static size_t placeholder(const char *text) {
  size_t len = 1;
  while (is_name_byte(text[len])) {
    len++;
  }
  return text[0] == '{' && len > 1 && text[len] == '}' ? len + 1 : 0;
}

static struct sift_span value_of(struct sift_span name, const struct sift_rule *rule, const struct sift_sample *sample) {
  struct sift_span value = {NULL, 0};
  for (size_t i = 0; rule != NULL && sample != NULL && i < rule->captures.count; i++) {
    if (sift_span_equal(rule->captures.items[i], name)) {
      value = sift_sample_field(sample, (uint32_t)i);
    }
  }
  return value.len > 0 ? value : sift_span_of(UNKNOWN_VALUE);
}

void sift_report_fill(char *out, size_t size, const char *text, const struct sift_rule *rule, const struct sift_sample *sample) {
  assert(size > 0);
  struct text filled = {.bytes = out, .size = size};
  bool whole = true;
  while (*text != '\0' && whole) {
    size_t len = placeholder(text);
    if (len > 0) {
      whole = append(&filled, value_of(sift_span(text + 1, len - 2), rule, sample));
    } else {
      len = 1 + strcspn(text + 1, "{");
      whole = append(&filled, sift_span(text, len));
    }
    text += len;
  }
  out[filled.len] = '\0';
}

static const struct sift_rule *deciding_rule(const struct sift_ruleset *ruleset, const struct sift_verdict *verdict) {
  return verdict->proof != NULL ? &ruleset->rules[verdict->proof->rule] : NULL;
}

static void fill(char *out, size_t size, const char *text, const struct sift_ruleset *ruleset, const struct sift_verdict *verdict) {
  const struct sift_sample *sample = verdict->proof != NULL ? &verdict->proof->sample : NULL;
  sift_report_fill(out, size, text, deciding_rule(ruleset, verdict), sample);
}

void sift_verdict_title(char *out, size_t size, const struct sift_ruleset *ruleset, const struct sift_verdict *verdict) {
  const struct sift_rule *rule = deciding_rule(ruleset, verdict);
  const char *title = verdict->node->title;
  if (title[0] == '\0') {
    title = rule != NULL ? rule->title : verdict->id;
  }
  fill(out, size, title, ruleset, verdict);
}

bool sift_verdict_action(char *out, size_t size, const struct sift_ruleset *ruleset, const struct sift_verdict *verdict,
                         size_t index) {
  const struct sift_rule *rule = deciding_rule(ruleset, verdict);
  /* A node with words of its own speaks of something else than the rule does. */
  bool speaks = verdict->node->title[0] != '\0' && verdict->node->action_count > 0;
  size_t own = rule != NULL && !speaks ? rule->actions.count : 0;
  if (index >= own + verdict->node->action_count) {
    return false;
  }
  fill(out, size, index < own ? rule->actions.items[index].data : verdict->node->actions[index - own], ruleset, verdict);
  return true;
}

const char *sift_verdict_reference(const struct sift_ruleset *ruleset, const struct sift_verdict *verdict) {
  const struct sift_rule *rule = deciding_rule(ruleset, verdict);
  bool own = verdict->node->reference[0] != '\0' || rule == NULL;
  return own ? verdict->node->reference : rule->reference;
}

size_t sift_verdict_also(uint32_t classes[SIFT_PROOFS_MAX], const struct sift_ruleset *ruleset,
                         const struct sift_verdict *verdict) {
  const struct sift_rule *decided = deciding_rule(ruleset, verdict);
  size_t count = 0;
  for (size_t i = 0; i < verdict->current_count; i++) {
    const struct sift_rule *rule = &ruleset->rules[verdict->current[i]->rule];
    bool known = rule->severity < SIFT_ERROR || (decided != NULL && decided->class_index == rule->class_index);
    for (size_t j = 0; j < count; j++) {
      known = known || classes[j] == rule->class_index;
    }
    if (!known) {
      classes[count++] = rule->class_index;
    }
  }
  return count;
}

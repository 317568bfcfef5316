/* Rules for people to read, and for programs. */
#include <stdio.h>
#include <string.h>

#include "tools/spacesift/rules.h"

void sift_rules_channels(char *out, size_t size, const struct sift_ruleset *ruleset, const struct sift_rule *rule) {
  snprintf(out, size, "%s", rule->channels == UINT32_MAX ? "all" : "");
  size_t used = strlen(out);
  for (size_t i = 0; i < ruleset->channel_count && rule->channels != UINT32_MAX; i++) {
    if ((rule->channels >> i & 1) != 0 && used < size) {
      used += (size_t)snprintf(out + used, size - used, "%s%s", used > 0 ? ", " : "", ruleset->channels[i]);
    }
  }
}

/* What a table's columns must hold. */
struct widths {
  size_t id, class, channels;
};

static size_t wider(size_t width, const char *text) {
  size_t len = strlen(text);
  return len > width ? len : width;
}

static struct widths measure(const struct sift_ruleset *ruleset) {
  struct widths widths = {.id = strlen("RULE"), .class = strlen("CLASS"), .channels = strlen("CHANNELS")};
  for (size_t i = 0; i < ruleset->rule_count; i++) {
    char channels[256];
    const struct sift_rule *rule = &ruleset->rules[i];
    sift_rules_channels(channels, sizeof channels, ruleset, rule);
    widths.id = wider(widths.id, rule->id);
    widths.class = wider(widths.class, ruleset->classes[rule->class_index].id);
    widths.channels = wider(widths.channels, channels);
  }
  return widths;
}

static void put_cell(struct sift_text *text, const char *cell, size_t width) {
  sift_text_column(text, sift_span_of(cell), width);
  sift_text_put(text, "  ");
}

void sift_rules_list(struct sift_text *text, const struct sift_ruleset *ruleset) {
  struct widths widths = measure(ruleset);
  sift_text_style(text, SIFT_STYLE_BOLD);
  put_cell(text, "RULE", widths.id);
  put_cell(text, "CLASS", widths.class);
  put_cell(text, "SEVERITY", strlen("SEVERITY"));
  put_cell(text, "MARK", strlen("step_failed"));
  put_cell(text, "CHANNELS", widths.channels);
  sift_text_put(text, "TITLE");
  sift_text_style(text, SIFT_STYLE_PLAIN);
  sift_text_put(text, "\n");
  for (size_t i = 0; i < ruleset->rule_count; i++) {
    const struct sift_rule *rule = &ruleset->rules[i];
    char channels[256];
    sift_rules_channels(channels, sizeof channels, ruleset, rule);
    put_cell(text, rule->id, widths.id);
    put_cell(text, ruleset->classes[rule->class_index].id, widths.class);
    put_cell(text, sift_severity_name(rule->severity), strlen("SEVERITY"));
    put_cell(text, rule->mark != SIFT_MARK_NONE ? sift_mark_name(rule->mark) : "-", strlen("step_failed"));
    put_cell(text, channels, widths.channels);
    sift_text_safe(text, sift_span_of(rule->title), SIZE_MAX);
    sift_text_put(text, "\n");
  }
}

static void put_patterns_json(struct sift_json *json, const char *key, const struct sift_patterns *patterns) {
  sift_json_key(json, key);
  sift_json_open(json, '[');
  for (size_t i = 0; i < patterns->count; i++) {
    sift_json_text(json, patterns->items[i].text);
  }
  sift_json_close(json, ']');
}

static void put_texts_json(struct sift_json *json, const char *key, const struct sift_texts *texts) {
  sift_json_key(json, key);
  sift_json_open(json, '[');
  for (size_t i = 0; i < texts->count; i++) {
    sift_json_string(json, texts->items[i]);
  }
  sift_json_close(json, ']');
}

static void put_field_json(struct sift_json *json, const char *key, const char *value) {
  sift_json_key(json, key);
  sift_json_text(json, value);
}

static void put_channels_json(struct sift_json *json, const struct sift_ruleset *ruleset, const struct sift_rule *rule) {
  sift_json_key(json, "channels");
  if (rule->channels == UINT32_MAX) {
    sift_json_null(json);
    return;
  }
  sift_json_open(json, '[');
  for (size_t i = 0; i < ruleset->channel_count; i++) {
    if ((rule->channels >> i & 1) != 0) {
      sift_json_text(json, ruleset->channels[i]);
    }
  }
  sift_json_close(json, ']');
}

static void put_rule_json(struct sift_json *json, const struct sift_ruleset *ruleset, const struct sift_rule *rule) {
  sift_json_open(json, '{');
  put_field_json(json, "id", rule->id);
  put_field_json(json, "class", ruleset->classes[rule->class_index].id);
  put_field_json(json, "severity", sift_severity_name(rule->severity));
  sift_json_key(json, "mark");
  if (rule->mark != SIFT_MARK_NONE) {
    sift_json_text(json, sift_mark_name(rule->mark));
  } else {
    sift_json_null(json);
  }
  sift_json_key(json, "headline");
  sift_json_bool(json, rule->headline);
  sift_json_key(json, "incident");
  sift_json_bool(json, rule->incident);
  put_channels_json(json, ruleset, rule);
  put_field_json(json, "title", rule->title);
  put_patterns_json(json, "any", &rule->any);
  put_patterns_json(json, "all", &rule->all);
  put_patterns_json(json, "none", &rule->none);
  put_texts_json(json, "capture", &rule->captures);
  put_texts_json(json, "actions", &rule->actions);
  put_field_json(json, "reference", rule->reference);
  put_field_json(json, "file", rule->file);
  sift_json_key(json, "line");
  sift_json_unsigned(json, rule->line);
  sift_json_close(json, '}');
}

void sift_rules_list_json(struct sift_json *json, const struct sift_ruleset *ruleset) {
  sift_json_open(json, '{');
  put_field_json(json, "name", ruleset->name);
  put_field_json(json, "version", ruleset->version);
  put_field_json(json, "hash", ruleset->hash_text);
  sift_json_key(json, "classes");
  sift_json_open(json, '[');
  for (size_t i = 0; i < ruleset->class_count; i++) {
    sift_json_open(json, '{');
    put_field_json(json, "id", ruleset->classes[i].id);
    put_field_json(json, "title", ruleset->classes[i].title);
    sift_json_key(json, "incident");
    sift_json_bool(json, ruleset->classes[i].incident);
    sift_json_close(json, '}');
  }
  sift_json_close(json, ']');
  sift_json_key(json, "rules");
  sift_json_open(json, '[');
  for (size_t i = 0; i < ruleset->rule_count; i++) {
    put_rule_json(json, ruleset, &ruleset->rules[i]);
  }
  sift_json_close(json, ']');
  sift_json_close(json, '}');
  sift_json_raw(json, sift_span_of("\n"));
}

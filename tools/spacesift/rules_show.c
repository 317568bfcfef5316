/* One rule as a page. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "tools/spacesift/rules.h"

enum { LABEL_COLUMNS = 11 };

static void put_label(struct sift_text *text, const char *label) {
  sift_text_style(text, SIFT_STYLE_BOLD);
  sift_text_column(text, sift_span_of(label), LABEL_COLUMNS);
  sift_text_style(text, SIFT_STYLE_PLAIN);
}

static void put_line(struct sift_text *text, const char *label, struct sift_span value) {
  put_label(text, label);
  sift_text_safe(text, value, SIZE_MAX);
  sift_text_put(text, "\n");
}

/* One line an item, the label before the first. */
static void put_lines(struct sift_text *text, const char *label, const struct sift_texts *values) {
  for (size_t i = 0; i < values->count; i++) {
    put_line(text, i == 0 ? label : "", values->items[i]);
  }
}

/* `probes` are those of the patterns. Returns those that follow. */
static const struct sift_probe *put_patterns(struct sift_text *text, const char *label, const struct sift_patterns *patterns,
                                             const struct sift_probe *probes) {
  static const char *const deciders[] = {"Hyperscan decides", "Hyperscan lets candidates through, PCRE2 decides",
                                         "neither Hyperscan nor PCRE2 takes it: see 'spacesift rules check'"};
  for (size_t i = 0; i < patterns->count; i++) {
    put_line(text, i == 0 ? label : "", sift_span_of(patterns->items[i].text));
    put_label(text, "");
    sift_text_style(text, SIFT_STYLE_DIM);
    sift_text_format(text, "  %s\n", deciders[probes[i].decider]);
    sift_text_style(text, SIFT_STYLE_PLAIN);
  }
  return probes + patterns->count;
}

static enum sift_status put_matching(struct sift_text *text, const struct sift_rule *rule) {
  const struct sift_patterns *lists[] = {&rule->any, &rule->all, &rule->none};
  static const char *const labels[] = {"any", "all", "none"};
  size_t count = 0;
  struct sift_probe *probes = calloc(rule->any.count + rule->all.count + rule->none.count + 1, sizeof *probes);
  if (probes == NULL) {
    return SIFT_ENOMEM;
  }
  for (int l = 0; l < 3; l++) {
    for (size_t i = 0; i < lists[l]->count; i++) {
      probes[count++].pattern = &lists[l]->items[i];
    }
  }
  enum sift_status status = sift_rules_probe(probes, count);
  const struct sift_probe *next = probes;
  for (int l = 0; l < 3 && status == SIFT_OK; l++) {
    next = put_patterns(text, labels[l], lists[l], next);
  }
  free(probes);
  return status;
}

static bool asks_for(const struct sift_condition *condition, uint32_t class_index, uint32_t rule_index) {
  if (sift_condition_names_class(condition)) {
    return condition->index == class_index;
  }
  if (sift_condition_names_rule(condition)) {
    return condition->index == rule_index;
  }
  for (size_t i = 0; i < condition->child_count; i++) {
    if (asks_for(&condition->children[i], class_index, rule_index)) {
      return true;
    }
  }
  return false;
}

static void put_nodes(struct sift_text *text, const struct sift_node *nodes, size_t count, uint32_t class_index,
                      uint32_t rule_index, bool *first) {
  for (size_t i = 0; i < count; i++) {
    if (asks_for(&nodes[i].when, class_index, rule_index)) {
      put_label(text, *first ? "tree" : "");
      sift_text_format(text, "%s", nodes[i].id);
      if (nodes[i].verdict != NULL) {
        sift_text_format(text, " (verdict %s)", nodes[i].verdict);
      }
      sift_text_put(text, "\n");
      *first = false;
    }
    put_nodes(text, nodes[i].children, nodes[i].child_count, class_index, rule_index, first);
  }
}

static void put_head(struct sift_text *text, const struct sift_ruleset *ruleset, const struct sift_rule *rule) {
  const struct sift_class *class = &ruleset->classes[rule->class_index];
  char channels[256];
  sift_rules_channels(channels, sizeof channels, ruleset, rule);
  put_line(text, "rule", sift_span_of(rule->id));
  put_line(text, "title", sift_span_of(rule->title));
  put_label(text, "class");
  sift_text_format(text, "%s: ", class->id);
  sift_text_safe(text, sift_span_of(class->title), SIZE_MAX);
  sift_text_put(text, class->incident ? " (may be an incident)\n" : "\n");
  put_label(text, "severity");
  sift_text_style(text, sift_text_severity_style(rule->severity));
  sift_text_put(text, sift_severity_name(rule->severity));
  sift_text_style(text, SIFT_STYLE_PLAIN);
  sift_text_put(text, "\n");
  put_line(text, "channels", sift_span_of(channels));
  if (rule->mark != SIFT_MARK_NONE) {
    put_line(text, "mark", sift_span_of(sift_mark_name(rule->mark)));
  }
  if (rule->headline) {
    put_line(text, "headline", sift_span_of("true"));
  }
  if (rule->incident) {
    put_line(text, "incident", sift_span_of("true (may be an incident of its own)"));
  }
}

enum sift_status sift_rules_show(struct sift_text *text, const struct sift_ruleset *ruleset, const struct sift_rule *rule) {
  put_head(text, ruleset, rule);
  enum sift_status status = put_matching(text, rule);
  if (status != SIFT_OK) {
    return status;
  }
  put_lines(text, "capture", &rule->captures);
  if (rule->captures.count > 0) {
    put_label(text, "");
    sift_text_style(text, SIFT_STYLE_DIM);
    sift_text_put(text, "  PCRE2 takes the values on lines that matched\n");
    sift_text_style(text, SIFT_STYLE_PLAIN);
  }
  put_lines(text, "actions", &rule->actions);
  if (rule->reference[0] != '\0') {
    put_line(text, "reference", sift_span_of(rule->reference));
  }
  put_lines(text, "match", &rule->match);
  put_lines(text, "no match", &rule->no_match);
  bool first = true;
  put_nodes(text, ruleset->tree.nodes, ruleset->tree.count, rule->class_index, (uint32_t)(rule - ruleset->rules), &first);
  put_label(text, "file");
  sift_text_safe(text, sift_span_of(rule->file), SIZE_MAX);
  sift_text_format(text, ":%u\n", rule->line);
  return SIFT_OK;
}

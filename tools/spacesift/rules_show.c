/* One rule as a page. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "engine/sampler.h"
#include "engine/typical.h"
#include "engine/wake.h"
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

static void put_quoted(struct sift_text *text, const char *before, struct sift_span value) {
  sift_text_format(text, "%s'", before);
  sift_text_safe(text, value, SIZE_MAX);
  sift_text_put(text, "'");
}

/* The texts that the sampler finds, each with its window, or those that the literals database finds; nothing where there are none. */
static void put_woken_by(struct sift_text *text, const struct sift_waking *waking, bool sampled) {
  bool first = true;
  for (size_t i = 0; i < waking->atoms.count; i++) {
    struct sift_span atom = waking->atoms.items[i];
    uint16_t window = waking->windows[i];
    if ((window != SIFT_WINDOW_NONE) != sampled) {
      continue;
    }
    if (first) {
      put_label(text, "");
      sift_text_put(text, sampled ? "  woken by the sampler: " : "  woken by the literal matcher: ");
    }
    put_quoted(text, first ? "" : ", ", atom);
    if (sampled && sift_sampler_width(atom.len) < atom.len) {
      put_quoted(text, " seen at ", sift_span(atom.data + window, sift_sampler_width(atom.len)));
    } else if (!sampled) {
      sift_text_put(text, atom.len < SIFT_SAMPLER_SHORT ? " (short)" : " (its parts are common)");
    }
    first = false;
  }
  sift_text_put(text, first ? "" : "\n");
}

static void put_waking(struct sift_text *text, const struct sift_waking *waking) {
  put_woken_by(text, waking, true);
  put_woken_by(text, waking, false);
  if (waking->atoms.count == 0) {
    put_label(text, "");
    sift_text_format(text, "  woken by the rest database, which looks at every byte: %s\n",
                     waking->common ? "the texts it needs are common in typical logs" : "it needs no text of 4 bytes or more");
  }
}

/* How lines are woken for each of the patterns of `any`; the others are only asked about lines that are woken. */
static enum sift_status put_any_waking(struct sift_text *text, const struct sift_pattern *pattern, struct sift_specimen *specimen) {
  struct sift_arena arena;
  struct sift_waking waking;
  sift_arena_init(&arena);
  enum sift_status status = sift_waking_choose(&waking, &arena, pattern->text, specimen);
  if (status == SIFT_OK) {
    put_waking(text, &waking);
  }
  sift_arena_release(&arena);
  return status;
}

/* `probes` are those of the patterns; `specimen` is NULL for those that wake nothing. */
static enum sift_status put_patterns(struct sift_text *text, const char *label, const struct sift_patterns *patterns,
                                     const struct sift_probe *probes, struct sift_specimen *specimen) {
  static const char *const deciders[] = {"Hyperscan decides", "Hyperscan lets candidates through, PCRE2 decides",
                                         "neither Hyperscan nor PCRE2 takes it: see 'spacesift rules check'"};
  enum sift_status status = SIFT_OK;
  for (size_t i = 0; i < patterns->count && status == SIFT_OK; i++) {
    put_line(text, i == 0 ? label : "", sift_span_of(patterns->items[i].text));
    put_label(text, "");
    sift_text_style(text, SIFT_STYLE_DIM);
    sift_text_format(text, "  %s\n", deciders[probes[i].decider]);
    if (specimen != NULL && probes[i].decider != SIFT_BY_NOBODY) {
      status = put_any_waking(text, &patterns->items[i], specimen);
    }
    sift_text_style(text, SIFT_STYLE_PLAIN);
  }
  return status;
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
  struct sift_specimen *specimen = NULL;
  enum sift_status status = sift_rules_probe(probes, count);
  if (status == SIFT_OK) {
    status = sift_specimen_new(&specimen, sift_typical_text());
  }
  const struct sift_probe *next = probes;
  for (int l = 0; l < 3 && status == SIFT_OK; l++) {
    status = put_patterns(text, labels[l], lists[l], next, l == 0 ? specimen : NULL);
    next += lists[l]->count;
  }
  sift_specimen_free(specimen);
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

/* The conditions on what is known from outside the logs: facts, the status page, the rest of the fleet. */
#include <string.h>

#include "engine/crowd.h"
#include "engine/status_page.h"
#include "patterns/loader_internal.h"

static bool load_fact_name(struct sift_loader *loader, const struct sift_yaml *value, const char *field, uint32_t *fact) {
  const char *names[SIFT_FACTS];
  for (int i = 0; i < SIFT_FACTS; i++) {
    names[i] = sift_fact_name((enum sift_fact)i);
  }
  size_t choice = 0;
  bool fine = sift_read_choice(&loader->reading, value, field, names, SIFT_FACTS, &choice);
  *fact = (uint32_t)choice;
  return fine;
}

/* Numbers, true and false are texts here: a fact has one form, whatever JSON wrote. */
static bool load_value(struct sift_loader *loader, const struct sift_yaml *value, const char *field, struct sift_span *out) {
  struct sift_reading *reading = &loader->reading;
  if (value->kind != SIFT_YAML_SCALAR || value->text.len == 0 || value->text.len > SIFT_FACT_BYTES_MAX) {
    sift_reading_error(reading, value, field, "write a text, or a list of texts", "must be a text of 1 to %d bytes",
                       SIFT_FACT_BYTES_MAX);
    return false;
  }
  char *copy = sift_reading_alloc(reading, value->text.len + 1);
  if (copy == NULL) {
    return false;
  }
  memcpy(copy, value->text.data, value->text.len + 1);
  *out = sift_span(copy, value->text.len);
  return true;
}

/* VALUE or [VALUE…]: a list becomes ANY of one condition a value. */
static bool load_values(struct sift_loader *loader, const struct sift_yaml *value, const char *field, struct sift_condition like,
                        struct sift_condition *out) {
  if (value->kind != SIFT_YAML_LIST) {
    *out = like;
    return load_value(loader, value, field, &out->value);
  }
  if (!sift_read_list(&loader->reading, value, field, true)) {
    return false;
  }
  struct sift_condition *children = sift_reading_alloc(&loader->reading, value->count * sizeof *children);
  bool fine = children != NULL;
  size_t count = 0;
  for (const struct sift_yaml *item = value->first; children != NULL && item != NULL; item = item->next) {
    children[count] = like;
    children[count].line = item->line;
    children[count].column = item->column;
    fine &= load_value(loader, item, field, &children[count++].value);
  }
  out->kind = SIFT_COND_ANY;
  out->children = children;
  out->child_count = count;
  return fine;
}

bool sift_load_fact(struct sift_loader *loader, const struct sift_yaml *value, struct sift_condition *out) {
  struct sift_field fields[SIFT_FACTS];
  for (int i = 0; i < SIFT_FACTS; i++) {
    fields[i] = (struct sift_field){sift_fact_name((enum sift_fact)i), false};
  }
  if (!sift_read_map(&loader->reading, value, "fact", "when.fact.", fields, SIFT_FACTS)) {
    return false;
  }
  if (value->count != 1) {
    sift_reading_error(&loader->reading, value, "when.fact", "join several as `all: [{fact: {…}}, {fact: {…}}]`",
                       "must name one fact, here are %zu", value->count);
    return false;
  }
  enum sift_fact fact = SIFT_FACT_STAGE;
  if (!sift_fact_parse(value->first->key->text, &fact)) {
    return false; /* reported as an unknown key */
  }
  struct sift_condition like = {.kind = SIFT_COND_FACT, .index = fact, .line = out->line, .column = out->column};
  return load_values(loader, value->first, "when.fact", like, out);
}

bool sift_load_known(struct sift_loader *loader, const struct sift_yaml *value, struct sift_condition *out) {
  out->kind = SIFT_COND_KNOWN;
  return load_fact_name(loader, value, "when.known", &out->index);
}

static bool find_capture(struct sift_loader *loader, const struct sift_yaml *at, const char *name, struct sift_condition *out) {
  const struct sift_rule *rule = &loader->ruleset->rules[out->index];
  for (size_t i = 0; i < rule->captures.count; i++) {
    if (sift_span_equal(rule->captures.items[i], sift_span_of(name))) {
      out->low = i;
      return true;
    }
  }
  sift_reading_error(&loader->reading, at, "when.capture", "name one of the rule's `capture` list, or add it there",
                     "rule '%s' captures no '%.60s'", rule->id, name);
  return false;
}

static bool find_captures(struct sift_loader *loader, const struct sift_yaml *at, const char *name, struct sift_condition *out) {
  if (out->kind != SIFT_COND_ANY) {
    return find_capture(loader, at, name, out);
  }
  bool fine = true;
  for (size_t i = 0; i < out->child_count; i++) {
    /* Just loaded into memory of the loader's own. */
    fine &= find_capture(loader, at, name, (struct sift_condition *)&out->children[i]);
  }
  return fine;
}

/* {rule: ID or [ID…], capture: NAME, fact: NAME} */
static bool load_comparison(struct sift_loader *loader, const struct sift_yaml *value, enum sift_condition_kind kind,
                            const char *what, struct sift_condition *out) {
  static const struct sift_field fields[] = {{"rule", true}, {"capture", true}, {"fact", true}};
  if (!sift_read_map(&loader->reading, value, what, "when.", fields, 3)) {
    return false;
  }
  const struct sift_yaml *rule = sift_yaml_get(value, "rule");
  const struct sift_yaml *capture = sift_yaml_get(value, "capture");
  const struct sift_yaml *fact = sift_yaml_get(value, "fact");
  if (rule == NULL || capture == NULL || fact == NULL) {
    return false; /* reported as missing */
  }
  struct sift_condition like = {.kind = kind, .line = out->line, .column = out->column};
  const char *name = sift_read_line(&loader->reading, capture, "when.capture");
  bool fine = load_fact_name(loader, fact, "when.fact", &like.other) && name != NULL;
  return sift_load_ids(loader, &loader->rules, rule, "when.rule", like, out) && fine && find_captures(loader, capture, name, out);
}

bool sift_load_same(struct sift_loader *loader, const struct sift_yaml *value, struct sift_condition *out) {
  return load_comparison(loader, value, SIFT_COND_SAME, "same", out);
}

bool sift_load_differs(struct sift_loader *loader, const struct sift_yaml *value, struct sift_condition *out) {
  return load_comparison(loader, value, SIFT_COND_DIFFERS, "differs", out);
}

static bool load_state(struct sift_loader *loader, const struct sift_yaml *value, uint32_t *bits) {
  const char *names[SIFT_COMPONENT_STATES];
  for (int i = 0; i < SIFT_COMPONENT_STATES; i++) {
    names[i] = sift_component_state_name((enum sift_component_state)i);
  }
  size_t choice = 0;
  bool fine = sift_read_choice(&loader->reading, value, "when.status.state", names, SIFT_COMPONENT_STATES, &choice);
  *bits |= UINT32_C(1) << choice;
  return fine;
}

static bool load_states(struct sift_loader *loader, const struct sift_yaml *value, uint32_t *bits) {
  if (value->kind != SIFT_YAML_LIST) {
    return load_state(loader, value, bits);
  }
  bool fine = sift_read_list(&loader->reading, value, "when.status.state", true);
  for (const struct sift_yaml *item = value->first; item != NULL; item = item->next) {
    fine &= load_state(loader, item, bits);
  }
  return fine;
}

bool sift_load_page_status(struct sift_loader *loader, const struct sift_yaml *value, struct sift_condition *out) {
  static const struct sift_field fields[] = {{"component", true}, {"state", true}};
  if (!sift_read_map(&loader->reading, value, "status", "when.status.", fields, 2)) {
    return false;
  }
  const struct sift_yaml *component = sift_yaml_get(value, "component");
  const struct sift_yaml *state = sift_yaml_get(value, "state");
  struct sift_condition like = {.kind = SIFT_COND_STATUS, .line = out->line, .column = out->column};
  bool fine = state != NULL && load_states(loader, state, &like.index);
  return component != NULL && load_values(loader, component, "when.status.component", like, out) && fine;
}

bool sift_load_crowd(struct sift_loader *loader, const struct sift_yaml *value, struct sift_condition *out) {
  static const struct sift_field fields[] = {{"of", true}, {"spaces", true}, {"percent", true}};
  const char *names[SIFT_CROWD_KINDS];
  for (int i = 0; i < SIFT_CROWD_KINDS; i++) {
    names[i] = sift_crowd_kind_name((enum sift_crowd_kind)i);
  }
  out->kind = SIFT_COND_CROWD;
  if (!sift_read_map(&loader->reading, value, "crowd", "when.crowd.", fields, 3)) {
    return false;
  }
  const struct sift_yaml *of = sift_yaml_get(value, "of");
  const struct sift_yaml *spaces = sift_yaml_get(value, "spaces");
  const struct sift_yaml *percent = sift_yaml_get(value, "percent");
  size_t choice = 0;
  bool fine = of != NULL && sift_read_choice(&loader->reading, of, "when.crowd.of", names, SIFT_CROWD_KINDS, &choice);
  fine &= spaces != NULL && sift_read_number(&loader->reading, spaces, "when.crowd.spaces", &out->low);
  fine &= percent != NULL && sift_read_number(&loader->reading, percent, "when.crowd.percent", &out->high);
  if (fine && (out->low == 0 || out->high > 100)) {
    sift_reading_error(&loader->reading, value, "when.crowd", "write at least 1 Space and at most 100 percent",
                       "could hold always, or never");
    return false;
  }
  out->index = (uint32_t)choice;
  return fine;
}

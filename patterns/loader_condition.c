/* The conditions of the decision tree: one mapping of one key each. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "patterns/loader_internal.h"
#include "patterns/nearest.h"

/* A year: who writes more means something else. */
enum { MINUTES_MAX = 366 * 24 * 60 };

static bool load_true(struct sift_loader *loader, const struct sift_yaml *value, const char *field) {
  bool flag = true;
  if (!sift_read_bool(&loader->reading, value, field, &flag)) {
    return false;
  }
  if (!flag) {
    sift_reading_error(&loader->reading, value, field, "write true, or wrap the condition in `not`", "false is no condition");
  }
  return flag;
}

static bool load_always(struct sift_loader *loader, const struct sift_yaml *value, struct sift_condition *out) {
  out->kind = SIFT_COND_ALWAYS;
  return load_true(loader, value, "when.always");
}

static bool load_incident(struct sift_loader *loader, const struct sift_yaml *value, struct sift_condition *out) {
  out->kind = SIFT_COND_INCIDENT;
  return load_true(loader, value, "when.incident");
}

static bool load_watched(struct sift_loader *loader, const struct sift_yaml *value, struct sift_condition *out) {
  out->kind = SIFT_COND_WATCHED;
  return load_true(loader, value, "when.watched");
}

static bool load_children(struct sift_loader *loader, const struct sift_yaml *value, const char *field,
                          struct sift_condition *out) {
  if (!sift_read_list(&loader->reading, value, field, true)) {
    return false;
  }
  struct sift_condition *children = sift_reading_alloc(&loader->reading, value->count * sizeof *children);
  bool fine = children != NULL;
  size_t count = 0;
  for (const struct sift_yaml *item = value->first; children != NULL && item != NULL; item = item->next) {
    fine &= sift_load_condition(loader, item, &children[count++]);
  }
  out->children = children;
  out->child_count = count;
  return fine;
}

static bool load_all(struct sift_loader *loader, const struct sift_yaml *value, struct sift_condition *out) {
  out->kind = SIFT_COND_ALL;
  return load_children(loader, value, "when.all", out);
}

static bool load_any(struct sift_loader *loader, const struct sift_yaml *value, struct sift_condition *out) {
  out->kind = SIFT_COND_ANY;
  return load_children(loader, value, "when.any", out);
}

static bool load_not(struct sift_loader *loader, const struct sift_yaml *value, struct sift_condition *out) {
  struct sift_condition *child = sift_reading_alloc(&loader->reading, sizeof *child);
  out->kind = SIFT_COND_NOT;
  out->children = child;
  out->child_count = child != NULL;
  return child != NULL && sift_load_condition(loader, value, child);
}

static bool load_id(struct sift_loader *loader, const struct sift_ids *ids, const struct sift_yaml *value, const char *field,
                    struct sift_condition *out) {
  const char *id = sift_read_id(&loader->reading, value, field, true);
  out->line = value->line;
  out->column = value->column;
  return id != NULL && sift_loader_refer(loader, ids, value, field, id, &out->index);
}

bool sift_load_ids(struct sift_loader *loader, const struct sift_ids *ids, const struct sift_yaml *value, const char *field,
                   struct sift_condition like, struct sift_condition *out) {
  if (value->kind != SIFT_YAML_LIST) {
    *out = like;
    return load_id(loader, ids, value, field, out);
  }
  if (!sift_read_list(&loader->reading, value, field, true)) {
    return false;
  }
  struct sift_condition *children = sift_reading_alloc(&loader->reading, value->count * sizeof *children);
  bool fine = children != NULL;
  size_t count = 0;
  for (const struct sift_yaml *item = value->first; children != NULL && item != NULL; item = item->next) {
    children[count] = like;
    fine &= load_id(loader, ids, item, field, &children[count++]);
  }
  out->kind = SIFT_COND_ANY;
  out->children = children;
  out->child_count = count;
  return fine;
}

static bool load_class(struct sift_loader *loader, const struct sift_yaml *value, struct sift_condition *out) {
  struct sift_condition like = {.kind = SIFT_COND_CLASS, .line = out->line, .column = out->column};
  return sift_load_ids(loader, &loader->classes, value, "when.class", like, out);
}

static bool load_rule(struct sift_loader *loader, const struct sift_yaml *value, struct sift_condition *out) {
  struct sift_condition like = {.kind = SIFT_COND_RULE, .line = out->line, .column = out->column};
  return sift_load_ids(loader, &loader->rules, value, "when.rule", like, out);
}

static bool load_fault(struct sift_loader *loader, const struct sift_yaml *value, struct sift_condition *out) {
  const char *names[SIFT_SEVERITIES];
  for (int i = 0; i < SIFT_SEVERITIES; i++) {
    names[i] = sift_severity_name((enum sift_severity)i);
  }
  size_t choice = 0;
  bool fine = sift_read_choice(&loader->reading, value, "when.fault", names, SIFT_SEVERITIES, &choice);
  out->kind = SIFT_COND_SEVERITY;
  out->index = (uint32_t)choice;
  return fine;
}

static bool load_phase_name(struct sift_loader *loader, const struct sift_yaml *value, const char *field, uint32_t *bits) {
  const char *names[SIFT_PHASES];
  for (int i = 0; i < SIFT_PHASES; i++) {
    names[i] = sift_phase_name((enum sift_phase)i);
  }
  size_t choice = 0;
  bool fine = sift_read_choice(&loader->reading, value, field, names, SIFT_PHASES, &choice);
  *bits |= UINT32_C(1) << choice;
  return fine;
}

static bool load_phases(struct sift_loader *loader, const struct sift_yaml *value, const char *field, uint32_t *bits) {
  if (value->kind != SIFT_YAML_LIST) {
    return load_phase_name(loader, value, field, bits);
  }
  bool fine = sift_read_list(&loader->reading, value, field, true);
  for (const struct sift_yaml *item = value->first; item != NULL; item = item->next) {
    fine &= load_phase_name(loader, item, field, bits);
  }
  return fine;
}

static bool load_phase(struct sift_loader *loader, const struct sift_yaml *value, struct sift_condition *out) {
  out->kind = SIFT_COND_PHASE;
  return load_phases(loader, value, "when.phase", &out->index);
}

static bool load_mark_name(struct sift_loader *loader, const struct sift_yaml *value, const char *field, uint32_t *mark) {
  const char *names[SIFT_MARKS];
  for (int i = 1; i < SIFT_MARKS; i++) {
    names[i - 1] = sift_mark_name((enum sift_mark)i);
  }
  size_t choice = 0;
  bool fine = sift_read_choice(&loader->reading, value, field, names, SIFT_MARKS - 1, &choice);
  *mark = (uint32_t)choice + 1;
  return fine;
}

static bool load_mark(struct sift_loader *loader, const struct sift_yaml *value, struct sift_condition *out) {
  out->kind = SIFT_COND_MARK;
  return load_mark_name(loader, value, "when.mark", &out->index);
}

static bool load_after(struct sift_loader *loader, const struct sift_yaml *value, struct sift_condition *out) {
  out->kind = SIFT_COND_AFTER;
  if (!sift_read_list(&loader->reading, value, "when.after", false)) {
    return false;
  }
  if (value->count != 2) {
    sift_reading_error(&loader->reading, value, "when.after", "write [MARK, OTHER]", "must name two marks, here are %zu",
                       value->count);
    return false;
  }
  bool first = load_mark_name(loader, value->first, "when.after", &out->index);
  return load_mark_name(loader, value->first->next, "when.after", &out->other) && first;
}

static bool load_class_after(struct sift_loader *loader, const struct sift_yaml *value, struct sift_condition *out) {
  static const struct sift_field fields[] = {{"class", true}, {"mark", true}};
  if (!sift_read_map(&loader->reading, value, "class_after", "when.class_after.", fields, 2)) {
    return false;
  }
  struct sift_condition like = {.kind = SIFT_COND_EVIDENCE_AFTER, .line = out->line, .column = out->column};
  const struct sift_yaml *class = sift_yaml_get(value, "class");
  const struct sift_yaml *mark = sift_yaml_get(value, "mark");
  bool marked = mark != NULL && load_mark_name(loader, mark, "when.class_after.mark", &like.other);
  return class != NULL && sift_load_ids(loader, &loader->classes, class, "when.class_after.class", like, out) && marked;
}

static bool load_lines(struct sift_loader *loader, const struct sift_yaml *value, struct sift_condition *out) {
  static const struct sift_field fields[] = {{"min", false}, {"max", false}};
  out->kind = SIFT_COND_LINES;
  out->high = UINT64_MAX;
  if (!sift_read_map(&loader->reading, value, "lines", "when.lines.", fields, 2)) {
    return false;
  }
  const struct sift_yaml *min = sift_yaml_get(value, "min");
  const struct sift_yaml *max = sift_yaml_get(value, "max");
  bool fine = min == NULL || sift_read_number(&loader->reading, min, "when.lines.min", &out->low);
  fine &= max == NULL || sift_read_number(&loader->reading, max, "when.lines.max", &out->high);
  if (min == NULL && max == NULL) {
    sift_reading_error(&loader->reading, value, "when.lines", "write `lines: {min: N, max: N}` with one or both", "names no limit");
    return false;
  }
  if (fine && out->low > out->high) {
    sift_reading_error(&loader->reading, value, "when.lines", "exchange the two", "min is above max, so it never holds");
    return false;
  }
  return fine;
}

/* A number, or `startup_timeout`: the Space's own. */
static bool load_minutes(struct sift_loader *loader, const struct sift_yaml *value, const char *field, uint64_t *out) {
  if (value->kind == SIFT_YAML_SCALAR && sift_span_equal(value->text, sift_span_of("startup_timeout"))) {
    *out = SIFT_MINUTES_STARTUP_TIMEOUT;
    return true;
  }
  bool fine = sift_read_number(&loader->reading, value, field, out);
  if (fine && *out > MINUTES_MAX) {
    sift_reading_error(&loader->reading, value, field, "write fewer minutes, or startup_timeout", "is more than %d", MINUTES_MAX);
  }
  return fine && *out <= MINUTES_MAX;
}

static bool load_age(struct sift_loader *loader, const struct sift_yaml *value, struct sift_condition *out) {
  static const struct sift_field fields[] = {{"mark", true}, {"minutes", true}};
  out->kind = SIFT_COND_AGE;
  if (!sift_read_map(&loader->reading, value, "age", "when.age.", fields, 2)) {
    return false;
  }
  const struct sift_yaml *mark = sift_yaml_get(value, "mark");
  const struct sift_yaml *minutes = sift_yaml_get(value, "minutes");
  bool fine = mark != NULL && load_mark_name(loader, mark, "when.age.mark", &out->index);
  return minutes != NULL && load_minutes(loader, minutes, "when.age.minutes", &out->low) && fine;
}

static bool load_lasted(struct sift_loader *loader, const struct sift_yaml *value, struct sift_condition *out) {
  static const struct sift_field fields[] = {{"phase", true}, {"minutes", true}};
  out->kind = SIFT_COND_LASTED;
  if (!sift_read_map(&loader->reading, value, "lasted", "when.lasted.", fields, 2)) {
    return false;
  }
  const struct sift_yaml *phase = sift_yaml_get(value, "phase");
  const struct sift_yaml *minutes = sift_yaml_get(value, "minutes");
  bool fine = phase != NULL && load_phases(loader, phase, "when.lasted.phase", &out->index);
  return minutes != NULL && load_minutes(loader, minutes, "when.lasted.minutes", &out->low) && fine;
}

static const struct {
  const char *name;
  sift_condition_fn *load;
} kinds[] = {
    {"always", load_always},
    {"all", load_all},
    {"any", load_any},
    {"not", load_not},
    {"class", load_class},
    {"rule", load_rule},
    {"fault", load_fault},
    {"phase", load_phase},
    {"lasted", load_lasted},
    {"mark", load_mark},
    {"after", load_after},
    {"lines", load_lines},
    {"class_after", load_class_after},
    {"incident", load_incident},
    {"age", load_age},
    {"watched", load_watched},
    {"fact", sift_load_fact},
    {"known", sift_load_known},
    {"same", sift_load_same},
    {"differs", sift_load_differs},
    {"status", sift_load_page_status},
    {"crowd", sift_load_crowd},
};

static bool report_unknown(struct sift_reading *reading, const struct sift_yaml *key) {
  struct sift_nearest nearest = sift_nearest_to(key->text);
  char names[256] = "conditions are";
  size_t used = strlen(names);
  for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
    sift_nearest_try(&nearest, kinds[i].name);
    used += (size_t)snprintf(names + used, sizeof names - used, "%s %s", i > 0 ? "," : "", kinds[i].name);
  }
  char hint[300];
  sift_nearest_hint(&nearest, names, hint, sizeof hint);
  sift_reading_error(reading, key, "when", hint, "'%.60s' is no condition", key->text.data);
  return false;
}

bool sift_load_condition(struct sift_loader *loader, const struct sift_yaml *node, struct sift_condition *out) {
  out->line = node->line;
  out->column = node->column;
  if (node->kind != SIFT_YAML_MAP) {
    sift_reading_error(&loader->reading, node, "when", "write e.g. `when: {class: ID}`",
                       "a condition must be a mapping of one key");
    return false;
  }
  if (node->count != 1) {
    sift_reading_error(&loader->reading, node, "when", "join several as `all: [{…}, {…}]`",
                       "a condition must have one key, here are %zu", node->count);
    return false;
  }
  for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
    if (sift_span_equal(node->first->key->text, sift_span_of(kinds[i].name))) {
      return kinds[i].load(loader, node->first, out);
    }
  }
  return report_unknown(&loader->reading, node->first->key);
}

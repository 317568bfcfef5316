/* Classes and rules. */
#include "patterns/loader_internal.h"

static const struct sift_field class_fields[] = {{"id", true}, {"title", true}, {"incident", false}};

static const struct sift_field rule_fields[] = {{"id", true},       {"class", true},      {"severity", true},  {"title", true},
                                                {"any", true},      {"all", false},       {"none", false},     {"channels", false},
                                                {"capture", false}, {"mark", false},      {"headline", false}, {"incident", false},
                                                {"actions", false}, {"reference", false}, {"examples", true}};

static const char *or_empty(const char *text) {
  return text != NULL ? text : "";
}

static void load_class(struct sift_loader *loader, const struct sift_yaml *node) {
  struct sift_reading *reading = &loader->reading;
  reading->subject = "";
  if (!sift_read_map(reading, node, "a class", "", class_fields, sizeof class_fields / sizeof class_fields[0])) {
    return;
  }
  const struct sift_yaml *value = sift_yaml_get(node, "id");
  const char *id = value != NULL ? sift_read_id(reading, value, "id", true) : NULL;
  struct sift_class class = {.id = or_empty(id), .title = "", .file = reading->file, .line = node->line, .column = node->column};
  reading->subject = class.id;
  if ((value = sift_yaml_get(node, "title")) != NULL) {
    class.title = or_empty(sift_read_line(reading, value, "title"));
  }
  if ((value = sift_yaml_get(node, "incident")) != NULL) {
    sift_read_bool(reading, value, "incident", &class.incident);
  }
  if (id == NULL) {
    return;
  }
  if (loader->ruleset->class_count == SIFT_CLASSES_MAX) {
    sift_reading_error(reading, node, "", "join classes that ask for the same action", "more than %d classes", SIFT_CLASSES_MAX);
    return;
  }
  struct sift_id entry = {
      .id = id, .index = (uint32_t)loader->ruleset->class_count, .file = reading->file, .line = node->line, .column = node->column};
  struct sift_class *added = sift_ruleset_add_class(loader->ruleset);
  if (added == NULL || !sift_ids_add(&loader->classes, &entry)) {
    reading->no_memory = true;
    return;
  }
  *added = class;
}

void sift_load_classes(struct sift_loader *loader, const struct sift_yaml *list) {
  if (sift_read_list(&loader->reading, list, "classes", false)) {
    for (const struct sift_yaml *node = list->first; node != NULL; node = node->next) {
      load_class(loader, node);
    }
  }
}

static void load_words(struct sift_loader *loader, const struct sift_yaml *node, struct sift_rule *rule) {
  struct sift_reading *reading = &loader->reading;
  const char *names[SIFT_MARKS];
  size_t choice = 0;
  const struct sift_yaml *value = sift_yaml_get(node, "class");
  const char *class = value != NULL ? sift_read_id(reading, value, "class", true) : NULL;
  if (class != NULL) {
    sift_loader_refer(loader, &loader->classes, value, "class", class, &rule->class_index);
  }
  if ((value = sift_yaml_get(node, "severity")) != NULL) {
    for (int i = 0; i < SIFT_SEVERITIES; i++) {
      names[i] = sift_severity_name((enum sift_severity)i);
    }
    if (sift_read_choice(reading, value, "severity", names, SIFT_SEVERITIES, &choice)) {
      rule->severity = (enum sift_severity)choice;
    }
  }
  if ((value = sift_yaml_get(node, "mark")) != NULL) {
    for (int i = 1; i < SIFT_MARKS; i++) {
      names[i - 1] = sift_mark_name((enum sift_mark)i);
    }
    if (sift_read_choice(reading, value, "mark", names, SIFT_MARKS - 1, &choice)) {
      rule->mark = (enum sift_mark)(choice + 1);
    }
  }
  if ((value = sift_yaml_get(node, "headline")) != NULL) {
    sift_read_bool(reading, value, "headline", &rule->headline);
  }
  if ((value = sift_yaml_get(node, "incident")) != NULL && sift_read_bool(reading, value, "incident", &rule->incident) &&
      rule->incident && (rule->mark != SIFT_MARK_NONE || rule->severity < SIFT_WARNING)) {
    sift_reading_error(reading, value, "incident", "give it severity warning or worse and no mark, or leave incident out",
                       "windows of incidents do not count this rule");
  }
  if ((value = sift_yaml_get(node, "channels")) != NULL) {
    rule->channels = sift_load_channels(loader, value);
  }
}

static void load_matching(struct sift_reading *reading, const struct sift_yaml *node, struct sift_rule *rule) {
  const struct sift_yaml *value = sift_yaml_get(node, "any");
  if (value != NULL) {
    rule->any = sift_load_patterns(reading, value, "any");
  }
  if ((value = sift_yaml_get(node, "all")) != NULL) {
    rule->all = sift_load_patterns(reading, value, "all");
  }
  if ((value = sift_yaml_get(node, "none")) != NULL) {
    rule->none = sift_load_patterns(reading, value, "none");
  }
  if ((value = sift_yaml_get(node, "capture")) != NULL) {
    rule->captures = sift_load_captures(reading, value, &rule->any);
  }
}

static void load_texts(struct sift_reading *reading, const struct sift_yaml *node, struct sift_rule *rule) {
  const struct sift_yaml *value = sift_yaml_get(node, "title");
  if (value != NULL) {
    rule->title = or_empty(sift_read_line(reading, value, "title"));
  }
  if ((value = sift_yaml_get(node, "actions")) != NULL) {
    rule->actions = sift_load_actions(reading, value);
  }
  if ((value = sift_yaml_get(node, "reference")) != NULL) {
    rule->reference = or_empty(sift_read_url(reading, value, "reference"));
  }
  if ((value = sift_yaml_get(node, "examples")) != NULL) {
    sift_load_examples(reading, value, rule);
  }
}

static void keep_rule(struct sift_loader *loader, const struct sift_yaml *node, const struct sift_rule *rule) {
  struct sift_reading *reading = &loader->reading;
  if (loader->ruleset->rule_count == SIFT_RULES_MAX) {
    sift_reading_error(reading, node, "", "join rules, with several `any` patterns each", "more than %d rules", SIFT_RULES_MAX);
    return;
  }
  struct sift_id entry = {.id = rule->id,
                          .index = (uint32_t)loader->ruleset->rule_count,
                          .file = rule->file,
                          .line = rule->line,
                          .column = rule->column};
  struct sift_rule *added = sift_ruleset_add_rule(loader->ruleset);
  if (added == NULL || !sift_ids_add(&loader->rules, &entry)) {
    reading->no_memory = true;
    return;
  }
  *added = *rule;
}

static void load_rule(struct sift_loader *loader, const struct sift_yaml *node) {
  struct sift_reading *reading = &loader->reading;
  reading->subject = "";
  const struct sift_yaml *value = node->kind == SIFT_YAML_MAP ? sift_yaml_get(node, "id") : NULL;
  const char *id = value != NULL ? sift_read_id(reading, value, "id", false) : NULL;
  reading->subject = or_empty(id);
  if (!sift_read_map(reading, node, "a rule", "", rule_fields, sizeof rule_fields / sizeof rule_fields[0])) {
    return;
  }
  struct sift_rule rule = {.id = or_empty(id),
                           .channels = UINT32_MAX,
                           .title = "",
                           .reference = "",
                           .file = reading->file,
                           .line = node->line,
                           .column = node->column};
  load_words(loader, node, &rule);
  load_matching(reading, node, &rule);
  load_texts(reading, node, &rule);
  if (id != NULL) {
    keep_rule(loader, node, &rule);
  }
}

void sift_load_rules(struct sift_loader *loader, const struct sift_yaml *list) {
  if (!sift_read_list(&loader->reading, list, "rules", false)) {
    loader->rules_seen = true;
  } else {
    loader->rules_seen |= list->count > 0;
    for (const struct sift_yaml *node = list->first; node != NULL; node = node->next) {
      load_rule(loader, node);
    }
  }
}

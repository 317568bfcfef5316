/* The nodes of the decision tree. */
#include <stdio.h>

#include "engine/triage.h"
#include "patterns/loader_internal.h"

static const struct sift_field node_fields[] = {{"id", true},       {"question", true},   {"when", true},        {"verdict", false},
                                                {"branch", false},  {"severity", false},  {"confidence", false}, {"title", false},
                                                {"actions", false}, {"reference", false}, {"children", false}};

/* A walk over the whole tree must fit into the path that `explain` prints. */
enum { NODES_MAX = SIFT_PATH_MAX };

/* Loading one tree. */
struct planting {
  struct sift_loader *loader;
  struct sift_ids ids;
  bool over_limit; /* reported once */
};

static size_t load_nodes(struct planting *planting, const struct sift_yaml *list, const char *field, const struct sift_node **out);

static const char *line_or_empty(struct sift_reading *reading, const struct sift_yaml *map, const char *field) {
  const struct sift_yaml *value = sift_yaml_get(map, field);
  const char *text = value != NULL ? sift_read_line(reading, value, field) : NULL;
  return text != NULL ? text : "";
}

static void load_verdict(struct sift_reading *reading, const struct sift_yaml *map, struct sift_node *node) {
  const struct sift_yaml *value = sift_yaml_get(map, "verdict");
  if (value == NULL) {
    if (sift_yaml_get(map, "children") == NULL) {
      sift_reading_error(reading, map, "verdict", "give it a `verdict`, or `children` that do", "the node decides nothing");
    }
    return;
  }
  node->verdict = sift_read_id(reading, value, "verdict", true);
  if (sift_yaml_get(map, "severity") == NULL) {
    sift_reading_error(reading, map, "severity", "add `severity: info`, warning, error or fatal",
                       "a node with a verdict needs this field");
  }
}

static void load_grades(struct sift_reading *reading, const struct sift_yaml *map, struct sift_node *node) {
  const char *names[SIFT_SEVERITIES];
  size_t choice = 0;
  const struct sift_yaml *value = sift_yaml_get(map, "severity");
  if (value != NULL) {
    for (int i = 0; i < SIFT_SEVERITIES; i++) {
      names[i] = sift_severity_name((enum sift_severity)i);
    }
    if (sift_read_choice(reading, value, "severity", names, SIFT_SEVERITIES, &choice)) {
      node->severity = (uint8_t)choice;
    }
  }
  node->confidence = SIFT_MEDIUM;
  if ((value = sift_yaml_get(map, "confidence")) != NULL) {
    for (int i = SIFT_LOW; i <= SIFT_HIGH; i++) {
      names[i] = sift_confidence_name((enum sift_confidence)i);
    }
    if (sift_read_choice(reading, value, "confidence", names, SIFT_HIGH + 1, &choice)) {
      node->confidence = (enum sift_confidence)choice;
    }
  }
}

static void load_actions(struct sift_reading *reading, const struct sift_yaml *map, struct sift_node *node) {
  const struct sift_yaml *list = sift_yaml_get(map, "actions");
  if (list == NULL) {
    return;
  }
  struct sift_texts texts = sift_load_actions(reading, list);
  const char **actions = sift_reading_alloc(reading, texts.count * sizeof *actions);
  if (actions == NULL) {
    return;
  }
  for (size_t i = 0; i < texts.count; i++) {
    actions[i] = texts.items[i].data;
  }
  node->actions = actions;
  node->action_count = texts.count;
}

static bool note_id(struct planting *planting, const struct sift_yaml *map, const char *id) {
  struct sift_reading *reading = &planting->loader->reading;
  if (planting->ids.count == NODES_MAX) {
    if (!planting->over_limit) {
      sift_reading_error(reading, map, "", "join nodes that differ in nothing but the class", "more than %d tree nodes", NODES_MAX);
    }
    planting->over_limit = true;
    return false;
  }
  struct sift_id entry = {
      .id = id, .index = (uint32_t)planting->ids.count, .file = reading->file, .line = map->line, .column = map->column};
  reading->no_memory |= !sift_ids_add(&planting->ids, &entry);
  return !reading->no_memory;
}

static void load_node(struct planting *planting, const struct sift_yaml *map, struct sift_node *node) {
  struct sift_reading *reading = &planting->loader->reading;
  reading->subject = "";
  const struct sift_yaml *value = map->kind == SIFT_YAML_MAP ? sift_yaml_get(map, "id") : NULL;
  const char *id = value != NULL ? sift_read_id(reading, value, "id", true) : NULL;
  reading->subject = id != NULL ? id : "";
  if (!sift_read_map(reading, map, "a tree node", "", node_fields, sizeof node_fields / sizeof node_fields[0]) ||
      (id != NULL && !note_id(planting, map, id))) {
    return;
  }
  *node = (struct sift_node){.id = reading->subject, .line = map->line, .column = map->column, .reference = ""};
  node->question = line_or_empty(reading, map, "question");
  node->branch = line_or_empty(reading, map, "branch");
  node->title = line_or_empty(reading, map, "title");
  load_verdict(reading, map, node);
  load_grades(reading, map, node);
  load_actions(reading, map, node);
  if ((value = sift_yaml_get(map, "reference")) != NULL) {
    const char *url = sift_read_url(reading, value, "reference");
    node->reference = url != NULL ? url : "";
  }
  if ((value = sift_yaml_get(map, "when")) != NULL) {
    sift_load_condition(planting->loader, value, &node->when);
  }
  if ((value = sift_yaml_get(map, "children")) != NULL) {
    node->child_count = load_nodes(planting, value, "children", &node->children);
  }
}

/* Recursion ends with the depth of the YAML. */
static size_t load_nodes(struct planting *planting, const struct sift_yaml *list, const char *field, const struct sift_node **out) {
  struct sift_reading *reading = &planting->loader->reading;
  *out = NULL;
  if (planting->over_limit || !sift_read_list(reading, list, field, true)) {
    return 0;
  }
  struct sift_node *nodes = sift_reading_alloc(reading, list->count * sizeof *nodes);
  if (nodes == NULL) {
    return 0;
  }
  size_t count = 0;
  for (const struct sift_yaml *item = list->first; item != NULL && !planting->over_limit; item = item->next) {
    load_node(planting, item, &nodes[count++]);
  }
  *out = nodes;
  return count;
}

void sift_load_tree(struct sift_loader *loader, const struct sift_yaml *list) {
  struct planting planting = {.loader = loader, .ids.what = "tree node"};
  loader->ruleset->tree.file = loader->reading.file;
  loader->ruleset->tree.count = load_nodes(&planting, list, "tree", &loader->ruleset->tree.nodes);
  sift_ids_sort(&planting.ids, loader->reading.problems);
  sift_ids_release(&planting.ids);
}

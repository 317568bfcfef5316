#include "patterns/loader.h"

#include <stdio.h>
#include <stdlib.h>

#include "patterns/loader_internal.h"
#include "patterns/loader_review.h"

static const struct sift_field set_fields[] = {{"ruleset", false}, {"classes", false}, {"rules", false}, {"tree", false}};
static const struct sift_field header_fields[] = {{"name", true}, {"version", true}};

static enum sift_status init(struct sift_loader *loader, size_t count, struct sift_problems *problems) {
  *loader = (struct sift_loader){.classes.what = "class", .rules.what = "rule"};
  sift_arena_init(&loader->scratch);
  enum sift_status status = sift_ruleset_new(&loader->ruleset);
  if (status != SIFT_OK) {
    return status;
  }
  loader->reading = (struct sift_reading){.problems = problems, .arena = &loader->ruleset->arena, .file = "", .subject = ""};
  loader->documents = calloc(count + 1, sizeof *loader->documents);
  return loader->documents != NULL ? SIFT_OK : SIFT_ENOMEM;
}

static void release(struct sift_loader *loader) {
  sift_ruleset_free(loader->ruleset);
  sift_arena_release(&loader->scratch);
  sift_ids_release(&loader->classes);
  sift_ids_release(&loader->rules);
  free(loader->documents);
}

static bool small_enough(struct sift_loader *loader, const struct sift_rule_file *files, size_t count) {
  size_t bytes = 0;
  for (size_t i = 0; i < count; i++) {
    bytes += files[i].bytes.len < SIFT_SET_BYTES_MAX ? files[i].bytes.len : SIFT_SET_BYTES_MAX;
    if (bytes > SIFT_SET_BYTES_MAX) {
      loader->reading.file = files[i].name;
      sift_reading_error(&loader->reading, NULL, "", "load fewer rules", "with this file the rule set is larger than 64 MiB");
      return false;
    }
  }
  return true;
}

static enum sift_status read_documents(struct sift_loader *loader, const struct sift_rule_file *files, size_t count) {
  for (size_t i = 0; i < count; i++) {
    struct sift_document *document = &loader->documents[loader->document_count++];
    document->file = sift_arena_copy(&loader->ruleset->arena, sift_span_of(files[i].name));
    if (document->file == NULL) {
      return SIFT_ENOMEM;
    }
    enum sift_status status =
        sift_yaml_parse(&document->root, &loader->scratch, document->file, files[i].bytes, loader->reading.problems);
    if (status != SIFT_OK && status != SIFT_ERULES) {
      return status;
    }
    loader->reading.file = document->file;
    bool whole = document->root == NULL || sift_read_map(&loader->reading, document->root, "a rule file", "", set_fields,
                                                         sizeof set_fields / sizeof set_fields[0]);
    document->root = whole ? document->root : NULL;
    loader->partial |= !whole || status == SIFT_ERULES;
  }
  return SIFT_OK;
}

/* The value under a key of a file, or NULL; messages speak of that file from now on. */
static const struct sift_yaml *section(struct sift_loader *loader, size_t i, const char *key) {
  loader->reading.file = loader->documents[i].file;
  loader->reading.subject = "";
  return loader->documents[i].root != NULL ? sift_yaml_get(loader->documents[i].root, key) : NULL;
}

static void read_header(struct sift_loader *loader, const struct sift_yaml *node) {
  if (!sift_read_map(&loader->reading, node, "ruleset", "ruleset.", header_fields,
                     sizeof header_fields / sizeof header_fields[0])) {
    return;
  }
  const struct sift_yaml *name = sift_yaml_get(node, "name");
  const struct sift_yaml *version = sift_yaml_get(node, "version");
  const char *name_text = name != NULL ? sift_read_id(&loader->reading, name, "ruleset.name", true) : NULL;
  const char *version_text = version != NULL ? sift_read_line(&loader->reading, version, "ruleset.version") : NULL;
  loader->ruleset->name = name_text != NULL ? name_text : "";
  loader->ruleset->version = version_text != NULL ? version_text : "";
}

/* A key that only one file of the set may hold. Returns how many do. */
static size_t load_once(struct sift_loader *loader, const char *key, void (*load)(struct sift_loader *, const struct sift_yaml *)) {
  size_t seen = 0;
  const char *first_file = "";
  unsigned first_line = 0;
  for (size_t i = 0; i < loader->document_count; i++) {
    const struct sift_yaml *node = section(loader, i, key);
    if (node == NULL) {
      continue;
    }
    if (seen++ == 0) {
      first_file = loader->documents[i].file;
      first_line = node->key->line;
      load(loader, node);
    } else {
      sift_reading_error(&loader->reading, node->key, key, "keep it in one file only", "another file of the set has it: %s:%u",
                         first_file, first_line);
    }
  }
  return seen;
}

static void load_lists(struct sift_loader *loader, const char *key, void (*load)(struct sift_loader *, const struct sift_yaml *)) {
  for (size_t i = 0; i < loader->document_count; i++) {
    const struct sift_yaml *list = section(loader, i, key);
    if (list != NULL) {
      load(loader, list);
    }
  }
}

/* What the set as a whole must have. */
static void check_whole(struct sift_loader *loader, size_t headers) {
  loader->reading.file = loader->document_count > 0 ? loader->documents[0].file : "";
  loader->reading.subject = "";
  if (loader->partial) {
    return;
  }
  if (headers == 0) {
    sift_reading_error(&loader->reading, NULL, "ruleset", "add `ruleset: {name: NAME, version: \"1\"}` to one of the files",
                       "the set has no name and version");
  }
  if (!loader->rules_seen) {
    sift_reading_error(&loader->reading, NULL, "rules", "add `rules:` with at least one rule", "the set has no rules");
  }
}

static enum sift_status fill(struct sift_loader *loader, const struct sift_rule_file *files, size_t count) {
  if (!small_enough(loader, files, count)) {
    return SIFT_OK;
  }
  enum sift_status status = read_documents(loader, files, count);
  if (status != SIFT_OK) {
    return status;
  }
  size_t headers = load_once(loader, "ruleset", read_header);
  load_lists(loader, "classes", sift_load_classes);
  sift_ids_sort(&loader->classes, loader->reading.problems);
  load_lists(loader, "rules", sift_load_rules);
  sift_ids_sort(&loader->rules, loader->reading.problems);
  load_once(loader, "tree", sift_load_tree);
  check_whole(loader, headers);
  return loader->reading.no_memory ? SIFT_ENOMEM : SIFT_OK;
}

enum sift_status sift_loader_parse(struct sift_ruleset **out, const struct sift_rule_file *files, size_t count, bool partial,
                                   struct sift_problems *problems) {
  *out = NULL;
  size_t errors_before = problems->errors;
  struct sift_loader loader;
  enum sift_status status = init(&loader, count, problems);
  if (status == SIFT_OK) {
    loader.partial = partial;
    status = fill(&loader, files, count);
  }
  if (status == SIFT_OK && (partial || problems->errors > errors_before)) {
    status = sift_loader_review(&loader) == SIFT_ENOMEM ? SIFT_ENOMEM : SIFT_ERULES;
  } else if (status == SIFT_OK) {
    status = sift_ruleset_seal(loader.ruleset, problems);
  }
  if (status == SIFT_OK) {
    *out = loader.ruleset;
    loader.ruleset = NULL;
  }
  release(&loader);
  return status;
}

enum sift_status sift_rules_parse(struct sift_ruleset **out, const struct sift_rule_file *files, size_t count,
                                  struct sift_problems *problems) {
  return sift_loader_parse(out, files, count, false, problems);
}

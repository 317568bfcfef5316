#include "patterns/yaml.h"

#include <assert.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include <yaml.h>

struct reader {
  yaml_parser_t parser;
  struct sift_arena *arena;
  const char *file;
  struct sift_problems *problems;
  size_t nodes;
  bool faulty;             /* problems were found, reading goes on */
  enum sift_status status; /* other than SIFT_OK: reading has ended */
};

static unsigned from_one(size_t number) {
  return number >= UINT_MAX ? UINT_MAX : (unsigned)number + 1;
}

static void report(struct reader *reader, unsigned line, unsigned column, const char *message, const char *hint) {
  sift_problems_add(
      reader->problems,
      &(struct sift_problem){
          .file = reader->file, .line = line, .column = column, .subject = "", .field = "", .message = message, .hint = hint});
  reader->faulty = true;
}

static void report_at(struct reader *reader, yaml_mark_t mark, const char *message, const char *hint) {
  report(reader, from_one(mark.line), from_one(mark.column), message, hint);
}

static void stop(struct reader *reader, yaml_mark_t mark, const char *message, const char *hint) {
  report_at(reader, mark, message, hint);
  reader->status = SIFT_ERULES;
}

static const char *syntax_hint(const char *problem) {
  if (strstr(problem, "escape") != NULL) {
    return "between double quotes write a backslash as \\\\, or use single quotes";
  }
  if (strstr(problem, "cannot start any token") != NULL) {
    return "indent with blanks, not tabs, and put text that begins with a special character in quotes";
  }
  if (strstr(problem, "control characters") != NULL || strstr(problem, "UTF-8") != NULL || strstr(problem, "octet") != NULL) {
    return "save the file as UTF-8 text; write control characters as \"\\xNN\" in double quotes";
  }
  return "check the indentation, and put text that holds ': ', ' #' or quotes in single quotes";
}

/* The place of a byte that is no text: the parser knows its offset only. */
static yaml_mark_t place_of(const struct reader *reader, struct sift_span bytes) {
  yaml_mark_t mark = reader->parser.mark;
  size_t offset = reader->parser.problem_offset < bytes.len ? reader->parser.problem_offset : bytes.len;
  mark.line = mark.column = 0;
  for (size_t i = 0; i < offset; i++) {
    mark.column++;
    if (bytes.data[i] == '\n') {
      mark.line++;
      mark.column = 0;
    }
  }
  return mark;
}

static void syntax_error(struct reader *reader) {
  const yaml_parser_t *parser = &reader->parser;
  if (parser->error == YAML_MEMORY_ERROR) {
    reader->status = SIFT_ENOMEM;
    return;
  }
  const char *problem = parser->problem != NULL ? parser->problem : "unreadable";
  struct sift_span bytes = {(const char *)parser->input.string.start,
                            (size_t)(parser->input.string.end - parser->input.string.start)};
  yaml_mark_t mark = parser->error == YAML_READER_ERROR ? place_of(reader, bytes) : parser->problem_mark;
  char message[256];
  if (parser->context != NULL) {
    snprintf(message, sizeof message, "not valid YAML: %.100s %.100s", parser->context, problem);
  } else {
    snprintf(message, sizeof message, "not valid YAML: %.200s", problem);
  }
  stop(reader, mark, message, syntax_hint(problem));
}

/* The next event, which the caller deletes. False when reading has ended. */
static bool next_event(struct reader *reader, yaml_event_t *event) {
  if (reader->status != SIFT_OK) {
    return false;
  }
  if (!yaml_parser_parse(&reader->parser, event)) {
    syntax_error(reader);
    return false;
  }
  return true;
}

static struct sift_yaml *new_node(struct reader *reader, enum sift_yaml_kind kind, yaml_mark_t mark) {
  if (++reader->nodes > SIFT_YAML_NODES_MAX) {
    stop(reader, mark, "more than a million values in one file", "split the rule set into several files");
    return NULL;
  }
  struct sift_yaml *node = sift_arena_alloc(reader->arena, sizeof *node);
  if (node == NULL) {
    reader->status = SIFT_ENOMEM;
    return NULL;
  }
  node->kind = kind;
  node->line = from_one(mark.line);
  node->column = from_one(mark.column);
  return node;
}

static void refuse_properties(struct reader *reader, const yaml_event_t *event, const yaml_char_t *anchor, const yaml_char_t *tag) {
  if (anchor != NULL) {
    report_at(reader, event->start_mark, "anchors are not used in rule files", "take the '&' name away and write the text out");
  }
  if (tag != NULL) {
    report_at(reader, event->start_mark, "tags are not used in rule files", "take the '!' tag away");
  }
}

static struct sift_yaml *read_scalar(struct reader *reader, const yaml_event_t *event) {
  struct sift_yaml *node = new_node(reader, SIFT_YAML_SCALAR, event->start_mark);
  if (node == NULL) {
    return NULL;
  }
  refuse_properties(reader, event, event->data.scalar.anchor, event->data.scalar.tag);
  node->plain = event->data.scalar.style == YAML_PLAIN_SCALAR_STYLE && event->data.scalar.tag == NULL;
  struct sift_span text = {(const char *)event->data.scalar.value, event->data.scalar.length};
  node->text = sift_span(sift_arena_copy(reader->arena, text), text.len);
  if (node->text.data == NULL) {
    reader->status = SIFT_ENOMEM;
    return NULL;
  }
  return node;
}

static struct sift_yaml *read_node(struct reader *reader, const yaml_event_t *event, unsigned depth);

static struct sift_yaml *read_list(struct reader *reader, const yaml_event_t *begin, unsigned depth) {
  struct sift_yaml *list = new_node(reader, SIFT_YAML_LIST, begin->start_mark);
  if (list == NULL) {
    return NULL;
  }
  refuse_properties(reader, begin, begin->data.sequence_start.anchor, begin->data.sequence_start.tag);
  const struct sift_yaml **link = &list->first;
  yaml_event_t event;
  while (next_event(reader, &event)) {
    bool end = event.type == YAML_SEQUENCE_END_EVENT;
    struct sift_yaml *item = end ? NULL : read_node(reader, &event, depth + 1);
    yaml_event_delete(&event);
    if (end) {
      return list;
    }
    if (item != NULL) {
      *link = item;
      link = &item->next;
      list->count++;
    }
  }
  return NULL;
}

static const struct sift_yaml *find_key(const struct sift_yaml *map, struct sift_span name) {
  for (const struct sift_yaml *value = map->first; value != NULL; value = value->next) {
    if (sift_span_equal(value->key->text, name)) {
      return value;
    }
  }
  return NULL;
}

/* Whether a pair may join the mapping; if not, says why. */
static bool check_key(struct reader *reader, const struct sift_yaml *map, const struct sift_yaml *key, yaml_mark_t mark) {
  if (key->kind != SIFT_YAML_SCALAR) {
    report(reader, key->line, key->column, "a key must be a word", "write `name: value`");
    return false;
  }
  if (map->count == SIFT_YAML_KEYS_MAX) {
    stop(reader, mark, "more than 64 keys in one mapping", "write a list, with '- ' before each item");
    return false;
  }
  const struct sift_yaml *first = find_key(map, key->text);
  if (first != NULL) {
    char message[256];
    snprintf(message, sizeof message, "'%.100s' stands twice; the first is at line %u", key->text.data, first->key->line);
    report(reader, key->line, key->column, message, "remove one of them, or join the two");
    return false;
  }
  return true;
}

static struct sift_yaml *read_map(struct reader *reader, const yaml_event_t *begin, unsigned depth) {
  struct sift_yaml *map = new_node(reader, SIFT_YAML_MAP, begin->start_mark);
  if (map == NULL) {
    return NULL;
  }
  refuse_properties(reader, begin, begin->data.mapping_start.anchor, begin->data.mapping_start.tag);
  const struct sift_yaml **link = &map->first;
  const struct sift_yaml *key = NULL;
  bool at_key = true;
  yaml_event_t event;
  while (next_event(reader, &event)) {
    bool end = event.type == YAML_MAPPING_END_EVENT;
    yaml_mark_t mark = event.start_mark;
    struct sift_yaml *node = end ? NULL : read_node(reader, &event, depth + 1);
    yaml_event_delete(&event);
    if (end) {
      return map;
    }
    if (at_key) {
      key = node;
    } else if (key != NULL && node != NULL && check_key(reader, map, key, mark)) {
      node->key = key;
      *link = node;
      link = &node->next;
      map->count++;
    }
    at_key = !at_key;
  }
  return NULL;
}

/* NULL where the node is of no use: the reason is reported. Recursion ends at SIFT_YAML_DEPTH_MAX. */
static struct sift_yaml *read_node(struct reader *reader, const yaml_event_t *event, unsigned depth) {
  if (event->type == YAML_SCALAR_EVENT) {
    return read_scalar(reader, event);
  }
  if (event->type == YAML_ALIAS_EVENT) {
    report_at(reader, event->start_mark, "aliases are not used in rule files",
              "write the text out in place of the '*' name, or put it in quotes if it is text");
    return NULL;
  }
  if (depth >= SIFT_YAML_DEPTH_MAX) {
    stop(reader, event->start_mark, "nested more than 64 deep", "a rule set needs no more than a few levels: flatten it");
    return NULL;
  }
  if (event->type == YAML_SEQUENCE_START_EVENT) {
    return read_list(reader, event, depth);
  }
  assert(event->type == YAML_MAPPING_START_EVENT);
  return read_map(reader, event, depth);
}

static struct sift_yaml *read_stream(struct reader *reader) {
  struct sift_yaml *root = NULL;
  bool ended = false;
  unsigned documents = 0;
  yaml_event_t event;
  while (!ended && next_event(reader, &event)) {
    switch (event.type) {
    case YAML_STREAM_START_EVENT:
    case YAML_DOCUMENT_END_EVENT:
      break;
    case YAML_STREAM_END_EVENT:
      ended = true;
      break;
    case YAML_DOCUMENT_START_EVENT:
      if (++documents > 1) {
        stop(reader, event.start_mark, "a second document begins here", "put it into a file of its own, or take the '---' away");
      }
      break;
    default:
      root = read_node(reader, &event, 0);
      break;
    }
    yaml_event_delete(&event);
  }
  return root;
}

enum sift_status sift_yaml_parse(const struct sift_yaml **out, struct sift_arena *arena, const char *file, struct sift_span bytes,
                                 struct sift_problems *problems) {
  *out = NULL;
  struct reader reader = {.arena = arena, .file = file, .problems = problems};
  if (bytes.len > SIFT_YAML_BYTES_MAX) {
    report(&reader, 0, 0, "larger than 16 MiB", "split the rule set into several files");
    return SIFT_ERULES;
  }
  if (!yaml_parser_initialize(&reader.parser)) {
    return SIFT_ENOMEM;
  }
  yaml_parser_set_encoding(&reader.parser, YAML_UTF8_ENCODING);
  yaml_parser_set_input_string(&reader.parser, (const unsigned char *)(bytes.data != NULL ? bytes.data : ""), bytes.len);
  const struct sift_yaml *root = read_stream(&reader);
  yaml_parser_delete(&reader.parser);
  if (reader.status != SIFT_OK) {
    return reader.status;
  }
  *out = root;
  return reader.faulty ? SIFT_ERULES : SIFT_OK;
}

const struct sift_yaml *sift_yaml_get(const struct sift_yaml *map, const char *key) {
  assert(map->kind == SIFT_YAML_MAP);
  return find_key(map, sift_span_of(key));
}

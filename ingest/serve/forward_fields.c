#include "ingest/serve/forward_fields.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "engine/unpack_head.h"
#include "ingest/serve/forward_time.h"

enum {
  NODES_MAX = 1 + SIFT_VARIABLES_MAX * SIFT_PATH_PARTS_MAX,
  LENS = 64, /* bits of a filter by the length of names; longer ones share the last */
};
static_assert(SIFT_VARIABLES_MAX <= 32, "a bit each in `found`");

/* A name, and the names that may stand in its map. Indices; 0 is the root and so no child: none. */
struct node {
  struct sift_span name;
  uint64_t child_lens; /* bit n: some child's name is n bytes long */
  uint16_t child, next;
  int16_t variable; /* whose path ends here, or -1 */
};

struct sift_forward_fields {
  size_t count;
  struct node nodes[];
};

static uint64_t len_bit(size_t len) {
  return UINT64_C(1) << (len < LENS ? len : LENS - 1);
}

static uint16_t find_child(const struct node *nodes, const struct node *node, struct sift_span name) {
  if ((node->child_lens & len_bit(name.len)) == 0) {
    return 0;
  }
  uint16_t child = node->child;
  while (child != 0 && !sift_span_equal(nodes[child].name, name)) {
    child = nodes[child].next;
  }
  return child;
}

static void add_path(struct node *nodes, size_t *count, const struct sift_field_path *path, size_t variable) {
  uint16_t at = 0;
  for (size_t i = 0; i < path->count; i++) {
    struct sift_span name = sift_span(path->parts[i].name, path->parts[i].len);
    uint16_t child = find_child(nodes, &nodes[at], name);
    if (child == 0) {
      child = (uint16_t)(*count)++;
      nodes[child] = (struct node){.name = name, .next = nodes[at].child, .variable = -1};
      nodes[at].child = child;
      nodes[at].child_lens |= len_bit(name.len);
    }
    at = child;
  }
  assert(nodes[at].variable < 0); /* each path is asked for once */
  nodes[at].variable = (int16_t)variable;
}

enum sift_status sift_forward_fields_new(struct sift_forward_fields **out, const struct sift_variable *variables, size_t count) {
  struct node nodes[NODES_MAX] = {{.variable = -1}};
  size_t node_count = 1;
  assert(count <= SIFT_VARIABLES_MAX);
  for (size_t i = 0; i < count; i++) {
    if (variables[i].kind == SIFT_VARIABLE_FIELD && variables[i].path.count > 0) {
      add_path(nodes, &node_count, &variables[i].path, i);
    }
  }
  struct sift_forward_fields *fields = malloc(sizeof *fields + node_count * sizeof *nodes);
  *out = fields;
  if (fields == NULL) {
    return SIFT_ENOMEM;
  }
  fields->count = node_count;
  memcpy(fields->nodes, nodes, node_count * sizeof *nodes);
  return SIFT_OK;
}

void sift_forward_fields_free(struct sift_forward_fields *fields) {
  free(fields);
}

/* The shortest digits that read back as the same number, as JSON writers give them. */
static int format_float(char *out, double value, bool is_single) {
  int len = 0;
  for (int digits = is_single ? 6 : 15; digits <= 17; digits++) {
    len = snprintf(out, SIFT_SCALAR_BYTES_MAX, "%.*g", digits, value);
    double back = strtod(out, NULL);
    if (is_single ? (float)back == (float)value : back == value) {
      break;
    }
  }
  return len;
}

/* A number, boolean or EventTime as text; 0 for what is none, nothing taken. */
static int take_scalar(struct sift_cursor *cursor, unsigned head, char *out) {
  uint32_t seconds = 0;
  uint32_t nanoseconds = 0;
  double value = 0;
  bool is_single = false;
  if (head < 0x80 || (head >= 0xCC && head <= 0xCF)) {
    return snprintf(out, SIFT_SCALAR_BYTES_MAX, "%" PRIu64, sift_take_unsigned(cursor));
  }
  if (head >= 0xE0 || (head >= 0xD0 && head <= 0xD3)) {
    return snprintf(out, SIFT_SCALAR_BYTES_MAX, "%" PRId64, sift_take_signed(cursor));
  }
  if (head == 0xC2 || head == 0xC3) {
    return snprintf(out, SIFT_SCALAR_BYTES_MAX, "%s", sift_take_bool(cursor) ? "true" : "false");
  }
  if (sift_forward_take_float(cursor, &value, &is_single)) {
    return format_float(out, value, is_single);
  }
  if (sift_forward_take_event_time(cursor, &seconds, &nanoseconds)) {
    return snprintf(out, SIFT_SCALAR_BYTES_MAX, "%" PRIu32 ".%09" PRIu32, seconds, nanoseconds);
  }
  return 0;
}

static void take_value(struct sift_cursor *cursor, unsigned head, unsigned variable, struct sift_forward_values *values) {
  if (sift_head_is_text(head)) {
    values->at[variable] = sift_take_text(cursor, UINT32_MAX);
    values->found |= 1U << variable;
    return;
  }
  char *scalar = values->scalars[values->scalar_count];
  int len = take_scalar(cursor, head, scalar);
  if (len <= 0) {
    sift_take_any(cursor);
    return;
  }
  values->scalar_count++; /* one a variable at most, as each is found once */
  values->at[variable] = sift_span(scalar, (size_t)len);
  values->found |= 1U << variable;
}

/* As deep as the deepest path. */
static void take_map(const struct node *nodes, const struct node *node, struct sift_cursor *cursor,
                     struct sift_forward_values *values) {
  uint32_t count = sift_take_map(cursor, UINT32_MAX);
  for (uint32_t i = 0; i < count; i++) {
    const struct node *child = NULL;
    if (cursor->at == cursor->end) {
      sift_cursor_fail(cursor, SIFT_FAULT_SHORT);
      return;
    }
    if (sift_head_is_text((unsigned char)*cursor->at)) {
      uint16_t found = find_child(nodes, node, sift_take_text(cursor, UINT32_MAX));
      child = found != 0 ? &nodes[found] : NULL;
    } else {
      sift_take_any(cursor);
    }
    if (child == NULL || cursor->at == cursor->end) {
      sift_take_any(cursor);
      continue;
    }
    unsigned head = (unsigned char)*cursor->at;
    if (sift_head_is_map(head) && child->child != 0) {
      take_map(nodes, child, cursor, values);
    } else if (child->variable >= 0 && (values->found & 1U << child->variable) == 0) {
      take_value(cursor, head, (unsigned)child->variable, values);
    } else {
      sift_take_any(cursor);
    }
  }
}

void sift_forward_fields_take(const struct sift_forward_fields *fields, struct sift_cursor *map,
                              struct sift_forward_values *values) {
  values->found = 0;
  values->scalar_count = 0;
  take_map(fields->nodes, &fields->nodes[0], map, values);
}

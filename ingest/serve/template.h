/* A text with variables, read once and composed for each record: "{tag.2}/{tag.3}|{kubernetes.labels.space}". */
#ifndef SIFT_SERVE_TEMPLATE_H
#define SIFT_SERVE_TEMPLATE_H

#include <stdbool.h>
#include <stddef.h>

#include "engine/span.h"
#include "engine/status.h"
#include "ingest/serve/protocol.h"
#include "ingest/wrapping.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Literal text and {variables}; alternatives are divided by '|', and the first whose variables are all there and not empty
 * counts. {{, }} and || are a literal brace or bar. In a variable a backslash makes the next character part of a name:
 * {kubernetes.labels.app\.kubernetes\.io/name}.
 *
 * {peer} is the other end's address. Forward knows {tag} and its dot-separated parts {tag.N}, from 0. Syslog knows {host},
 * {app}, {procid}, {msgid}, {facility} and {severity} (names: "local0", "err"), {message}, and {sd.ID.NAME}, a parameter of
 * structured data: NAME is what follows the last dot, and an ID without '@' stands for that name with any enterprise number.
 * Lines and Forward take any other name as a dotted path into the record; {record.tag} is the field that hides behind such
 * a word. */
enum sift_variable_kind {
  SIFT_VARIABLE_PEER,
  SIFT_VARIABLE_TAG,
  SIFT_VARIABLE_TAG_PART,
  SIFT_VARIABLE_FIELD,
  SIFT_VARIABLE_HOST,
  SIFT_VARIABLE_APP,
  SIFT_VARIABLE_PROCID,
  SIFT_VARIABLE_MSGID,
  SIFT_VARIABLE_FACILITY,
  SIFT_VARIABLE_SEVERITY,
  SIFT_VARIABLE_MESSAGE,
  SIFT_VARIABLE_DATA,
};

struct sift_variable {
  enum sift_variable_kind kind;
  unsigned part;               /* TAG_PART: which, from 0 */
  struct sift_field_path path; /* FIELD: where in the record; DATA: parts[0] is the ID, parts[1] the NAME */
};

enum { SIFT_VARIABLES_MAX = 32, SIFT_TEMPLATE_BYTES_MAX = 4096, SIFT_TEMPLATE_PIECES_MAX = 64 };

/* What several templates ask for, each once. */
struct sift_variables {
  struct sift_variable list[SIFT_VARIABLES_MAX];
  size_t count;
};

struct sift_template_piece {
  enum sift_template_piece_kind { SIFT_PIECE_LITERAL, SIFT_PIECE_VARIABLE, SIFT_PIECE_OR } kind;
  unsigned variable; /* VARIABLE: its index */
  size_t at, len;    /* LITERAL: where in `literals` */
};

struct sift_template {
  struct sift_template_piece pieces[SIFT_TEMPLATE_PIECES_MAX];
  size_t piece_count;
  char *literals; /* owned */
};

/* Reads `text`, adding to `variables` what it asks for. SIFT_EINVAL with what is wrong and what to type in `error` (at least
 * 128 bytes), or SIFT_ENOMEM: `form` is empty then, and needs no release. */
enum sift_status sift_template_init(struct sift_template *form, enum sift_protocol_kind kind, const char *text,
                                    struct sift_variables *variables, char *error, size_t error_size);
void sift_template_release(struct sift_template *form);

/* What a template gives for one record. */
struct sift_template_choice {
  size_t first, last;    /* the pieces of the alternative that counts: [first, last) */
  size_t room;           /* bytes that sift_template_write() takes; 0: nothing need be written */
  struct sift_span lent; /* where room is 0: the text, lent from a value or the template */
};

/* Chooses for values[i] of variable i. No alternative complete: `lent` is empty, and its data is NULL where all the template's
 * variables have a data of NULL too. */
struct sift_template_choice sift_template_choose(const struct sift_template *form, const struct sift_span *values);

/* The usual case, without a call: of the alternatives that begin the template and are one variable each, the first that is not
 * empty. False where there is none, and sift_template_choose() must be asked. */
static inline bool sift_template_lend(const struct sift_template *form, const struct sift_span *values, struct sift_span *out) {
  for (size_t i = 0; i < form->piece_count; i += 2) {
    const struct sift_template_piece *piece = &form->pieces[i];
    if (piece->kind != SIFT_PIECE_VARIABLE || (i + 1 < form->piece_count && piece[1].kind != SIFT_PIECE_OR)) {
      return false;
    }
    if (values[piece->variable].len > 0) {
      *out = values[piece->variable];
      return true;
    }
  }
  return false;
}

/* Writes the text of a choice, `room` bytes, for the same values. */
void sift_template_write(const struct sift_template *form, const struct sift_template_choice *choice,
                         const struct sift_span *values, char *out);

#ifdef __cplusplus
}
#endif
#endif

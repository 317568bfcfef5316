/* Reads a PCRE pattern token by token, as far as rules are checked by their text: what it means is the engines' affair. */
#ifndef SIFT_ENGINE_PATTERN_H
#define SIFT_ENGINE_PATTERN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "engine/arena.h"
#include "engine/span.h"

#ifdef __cplusplus
extern "C" {
#endif

enum sift_token_kind {
  SIFT_TOKEN_LITERAL, /* one byte that stands for itself: plain, escaped or between \Q and \E */
  SIFT_TOKEN_ESCAPE,  /* \d, \bfoo's \b, \x41, \k<name>, … whole */
  SIFT_TOKEN_DOT,
  SIFT_TOKEN_CLASS, /* […] whole */
  SIFT_TOKEN_OPEN,  /* '(' with what says its kind: "(?:", "(?<name>", "(?!" */
  SIFT_TOKEN_CLOSE,
  SIFT_TOKEN_OR,
  SIFT_TOKEN_REPEAT,  /* * + ? {n,m}, with a lazy '?' or possessive '+' */
  SIFT_TOKEN_ANCHOR,  /* ^ or $ */
  SIFT_TOKEN_NOTHING, /* (?i), (?#comment), (*VERB), \Q, \E */
};

struct sift_token {
  enum sift_token_kind kind;
  struct sift_span text; /* borrowed from the pattern */
  bool optional;         /* REPEAT: may be zero times */
  bool unbounded;        /* REPEAT: no upper limit */
  bool quoted;           /* LITERAL: between \Q and \E */
};

/* Set `text` to a NUL-terminated pattern and the rest to zero. */
struct sift_token_reader {
  const char *text;
  size_t at;
  bool quoted;
};

/* False at the end. Takes any bytes; brackets that stay open end with the pattern. */
bool sift_token_next(struct sift_token_reader *reader, struct sift_token *out);

/* Whether the next token is a REPEAT, without reading on. */
bool sift_token_repeats(const struct sift_token_reader *reader, struct sift_token *out);

/* Whether the two together are .* in whatever form. */
bool sift_token_any_text(const struct sift_token *dot, const struct sift_token *repeat);

/* Whether the pattern, one of its alternatives, or one within a group that it begins with, begins with .* or ^.*, whatever options
 * stand before. A group that captures may be there for what it captures. */
bool sift_pattern_begins_open(const char *pattern);

/* The first escape that rules may not use (\A \Z \z \G \K \R \X \C), of 2 bytes, or an empty span. */
struct sift_span sift_pattern_forbidden(const char *pattern);

/* Whether a group (?<name>…) or (?P<name>…) stands in the pattern. */
bool sift_pattern_has_group(const char *pattern, struct sift_span name);

/* Whether the pattern holds what Hyperscan is known not to decide by itself: look-around, back-references, atomic groups,
 * possessive repeats, conditions. Others may be beyond it too, for their size. */
bool sift_pattern_looks_around(const char *pattern);

/* Bytes of the longest text that must stand in every match, as far as is told without the engines; SIZE_MAX where groups are
 * nested too deeply to tell. */
size_t sift_pattern_literal(const char *pattern);

/* The bytes of one DOT, LITERAL, CLASS or ESCAPE as it is written: bit b % 64 of out[b / 64], of a dot all but the newline. False
 * where it is no such thing, or not told. */
bool sift_bytes_of(struct sift_span text, bool quoted, bool caseless, uint64_t out[4]);

/* A pattern that matches in the same lines and never takes a newline, so that it may be looked for in many lines at once; in the
 * arena. False where memory is out; *out is NULL where that is not told: classes that name the newline among others, options other
 * than i, look-around and other things that few patterns have. */
bool sift_pattern_in_line(const char **out, struct sift_arena *arena, const char *pattern);

#ifdef __cplusplus
}
#endif
#endif

/* Text for a terminal: columns, colour, and log text made harmless. */
#ifndef SIFT_TOOLS_TERMINAL_H
#define SIFT_TOOLS_TERMINAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "engine/ruleset.h"
#include "engine/span.h"

/* Embedded; grows as needed. After `failed` (no memory) all calls do nothing. */
struct sift_text {
  char *bytes;
  size_t len, capacity;
  bool failed;
  bool colour;
};

enum sift_style { SIFT_STYLE_PLAIN, SIFT_STYLE_BOLD, SIFT_STYLE_DIM, SIFT_STYLE_RED, SIFT_STYLE_YELLOW, SIFT_STYLE_GREEN };

void sift_text_init(struct sift_text *text, bool colour);
void sift_text_release(struct sift_text *text);
void sift_text_clear(struct sift_text *text); /* empty again, memory kept */

/* Our own words, as they are: never bytes from outside. */
void sift_text_put(struct sift_text *text, const char *words);
void sift_text_format(struct sift_text *text, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Bytes that were made by these functions. */
void sift_text_append(struct sift_text *text, struct sift_span bytes);

/* Switches to a style, where colour is wanted; PLAIN ends it. */
void sift_text_style(struct sift_text *text, enum sift_style style);
enum sift_style sift_text_severity_style(enum sift_severity severity);

/* Bytes from outside, as engine/harmless.h shows them. At most `columns` columns, with "…" where it was cut. Returns the columns taken. */
size_t sift_text_safe(struct sift_text *text, struct sift_span bytes, size_t columns);

/* The same in a column of `width`, filled up with spaces. */
void sift_text_column(struct sift_text *text, struct sift_span bytes, size_t width);

/* "1,234,567" and "1.2 GB". `out` holds at least SIFT_NUMBER_BYTES; returned. */
enum { SIFT_NUMBER_BYTES = 32 };
const char *sift_text_number(char *out, uint64_t value);
const char *sift_text_bytes(char *out, uint64_t bytes);

/* Columns of the terminal that `stream` is, or 0 where it is none. */
unsigned sift_terminal_width(FILE *stream);

/* SIFT_ENOMEM where something was lost before, SIFT_EIO where `stream` does not take it. */
enum sift_status sift_text_write(const struct sift_text *text, FILE *stream);

#endif

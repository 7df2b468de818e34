/* SPDX-License-Identifier: MIT */
/*
 * Which invisible characters belong to a text, and which only hide in it.
 */
#ifndef MGW_MIME_TEXT_FLAGS_H
#define MGW_MIME_TEXT_FLAGS_H

#include <stdbool.h>
#include <stdint.h>

/*
 * True where `rune` is an invisible character that shapes what stands before it, `previous`, and so may stay: a joiner
 * behind a letter of a script that joins or behind an emoji, or an emoji's variation selector. `previous` is 0 at the
 * beginning of a line.
 */
bool mgw_rune_shapes(uint32_t previous, uint32_t rune);

#endif

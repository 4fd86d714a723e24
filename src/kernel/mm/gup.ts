/** mm/gup.c: get_user_pages. */

export const gup = {}

export const gupInlines = {}

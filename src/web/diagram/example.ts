/** What the page of diagrams begins with: the race that the model's first answer is about. */
export const EXAMPLE = `CPU1                                CPU2

end_page_writeback(page)
  test_clear_page_writeback(page)
                                    ftruncate()
                                      page is freed
                                    write()
                                      page is allocated
                                    __test_set_page_writeback(page)
  wake_up_page(page)
`

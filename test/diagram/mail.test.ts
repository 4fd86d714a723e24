import { describe, expect, test } from 'vitest'
import { readMails } from '../../src/diagram/mail.js'

const DIAGRAM = ['CPU1                     CPU2', 'lock_page(page)', '                         put_page(page)', 'unlock_page(page)']

function mail(headers: readonly string[], body: readonly string[]): string {
  return [...headers, '', ...body, ''].join('\n')
}

function bytes(text: string): Uint8Array {
  return new TextEncoder().encode(text)
}

function texts(file: string | Uint8Array): readonly (readonly string[])[] {
  return readMails(file).map((message) =>
    message.diagrams.flatMap(({ diagram }) => diagram.rows.flatMap((row) => row.cells.map((cell) => `${cell.column ?? '*'} ${cell.text}`))),
  )
}

const EXPECTED = ['0 lock_page(page)', '1 put_page(page)', '0 unlock_page(page)']

test('an mbox: every message with its diagrams, those that are quoted only once', () => {
  const box = [
    mail(
      [
        'From jane@example.org Mon Jan  3 10:00:00 2022',
        'From: Jane <jane@example.org>',
        'Subject: a race',
        'Date: Mon, 3 Jan 2022 10:00:00 +0000',
        'Message-ID: <1@x>',
      ],
      ['Is it possible?', '', ...DIAGRAM, '', 'Jane'],
    ),
    mail(
      ['From joe@example.org Mon Jan  3 11:00:00 2022', 'From: Joe <joe@example.org>', 'Subject: Re: a race'],
      ['> Is it possible?', '> ', ...DIAGRAM.map((line) => `> ${line}`), '>', 'No.', '', '>From here on it is locked.'],
    ),
    mail(
      ['From ann@example.org Mon Jan  3 12:00:00 2022', 'From: Ann', 'Subject: Re: a race'],
      [
        '> > ' + (DIAGRAM[0] ?? ''),
        '> > ' + (DIAGRAM[1] ?? ''),
        '> > ' + (DIAGRAM[2] ?? ''),
        '',
        'But what about',
        '',
        'T1                 T2',
        'get_page(page)',
        '                   get_page(page)',
      ],
    ),
  ].join('\n')
  const messages = readMails(box)
  expect(messages.map(({ from, subject, repeated }) => ({ from, subject, repeated }))).toEqual([
    { from: 'Jane <jane@example.org>', subject: 'a race', repeated: 0 },
    { from: 'Joe <joe@example.org>', subject: 'Re: a race', repeated: 1 },
    { from: 'Ann', subject: 'Re: a race', repeated: 1 },
  ])
  expect(texts(box)).toEqual([EXPECTED, [], ['0 get_page(page)', '1 get_page(page)']])
})

describe('a raw mail', () => {
  test('in base64, UTF-8', () => {
    const body = Buffer.from(`Für alle:\n\n${DIAGRAM.join('\n')}\n`)
      .toString('base64')
      .replace(/.{60}/g, '$&\n')
    const raw = mail(
      ['From: x', 'Subject: =?utf-8?q?Ein_R=C3=A4tsel?=', 'Content-Type: text/plain; charset="utf-8"', 'Content-Transfer-Encoding: base64'],
      [body],
    )
    expect(readMails(bytes(raw))[0]?.subject).toBe('Ein Rätsel')
    expect(texts(bytes(raw))).toEqual([EXPECTED])
  })

  test('quoted-printable, with lines broken by it', () => {
    const lines = DIAGRAM.map((line) => line.replace(/=/g, '=3D').replace(/ {10}/, '          =\n'))
    const raw = mail(['From: x', 'Content-Type: text/plain', 'Content-Transfer-Encoding: quoted-printable'], lines)
    expect(texts(raw)).toEqual([EXPECTED])
  })

  test('of several parts: the plain one of the alternatives, and what is attached', () => {
    const raw = mail(
      ['From: x', 'MIME-Version: 1.0', 'Content-Type: multipart/mixed;', ' boundary="outer"'],
      [
        '--outer',
        'Content-Type: multipart/alternative; boundary=inner',
        '',
        '--inner',
        'Content-Type: text/plain',
        '',
        ...DIAGRAM,
        '',
        '--inner',
        'Content-Type: text/html',
        '',
        `<pre>${DIAGRAM.join('\n')}</pre>`,
        '--inner--',
        '--outer',
        'Content-Type: text/plain; name=other.txt',
        '',
        'T1                 T2',
        'get_page(page)',
        '                   get_page(page)',
        '--outer--',
      ],
    )
    expect(texts(raw)).toEqual([[...EXPECTED, '0 get_page(page)', '1 get_page(page)']])
  })

  test('with flowed text', () => {
    const raw = mail(['From: x', 'Content-Type: text/plain; format=flowed'], ['This goes on ', 'in the next line.', '', ...DIAGRAM])
    expect(texts(raw)).toEqual([EXPECTED])
  })

  test('in HTML only', () => {
    const raw = mail(
      ['From: x', 'Content-Type: text/html'],
      ['<html><pre>', ...DIAGRAM.map((line) => line.replace('page)', 'page)&nbsp;')), '</pre></html>'],
    )
    expect(texts(raw)).toEqual([EXPECTED])
  })
})

test('a text that is no mail at all is one message', () => {
  expect(texts(['Hello,', '', ...DIAGRAM].join('\n'))).toEqual([EXPECTED])
})

test('the page of a thread: messages begin with "From: name @ date"', () => {
  const page = [
    'All of it',
    'From: Jane @ 2020-11-24 18:33 UTC (permalink / raw)',
    '  To: Joe',
    '',
    ...DIAGRAM,
    '',
    'From: Joe @ 2020-11-24 19:00 UTC (permalink / raw)',
    '',
    ...DIAGRAM.map((line) => `> ${line}`),
    '',
    'Yes.',
  ].join('\n')
  expect(readMails(page).map(({ from, date, repeated, diagrams }) => [from, date, repeated, diagrams.length])).toEqual([
    ['Jane', '2020-11-24 18:33', 0, 1],
    ['Joe', '2020-11-24 19:00', 1, 0],
  ])
})

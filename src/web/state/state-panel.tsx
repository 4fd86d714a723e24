import type { ComponentChildren } from 'preact'
import type { Scene } from '../../report/explorer/index.js'
import type { TraceModel } from '../trace/model.js'
import { JustNow } from './just-now.js'
import { BioCard, DiskCard, FileCard, ListCard, ProcessCard } from './kernel-cards.js'
import { LockCard, Objects, WaitQueueCard } from './lock-cards.js'
import { OlderCard } from './older-card.js'
import { PageCard } from './page-card.js'
import '../styles/state.css'

interface StatePanelProps {
  readonly model: TraceModel
  readonly scene: Scene
}

/** Everything at the moment of the cursor. What the last step changed is marked. */
export function StatePanel({ model, scene }: StatePanelProps) {
  const objects = scene.objects.length === 0 ? [] : [<Objects key="objects" objects={scene.objects} />]
  return (
    <div class="state">
      <JustNow model={model} cursor={scene.cursor} />
      <Group title="Pages" of={scene.pages.map((page) => <PageCard key={page.name} page={page} />)} />
      <Group title="Locks" of={scene.locks.map((lock) => <LockCard key={lock.name} lock={lock} />)} />
      <Group title="What may still be seen" of={scene.older.map((older) => <OlderCard key={older.object} older={older} />)} />
      <Group title="Wait queues" of={scene.waitQueues.map((queue) => <WaitQueueCard key={queue.name} queue={queue} />)} />
      <Group title="I/O in flight" of={scene.bios.map((bio) => <BioCard key={bio.task} bio={bio} />)} />
      <Group title="Files" of={scene.files.map((file) => <FileCard key={file.name} file={file} />)} />
      <Group title="Page tables" of={scene.processes.map((process) => <ProcessCard key={process.name} process={process} />)} />
      <Group title="Devices" of={scene.disks.map((disk) => <DiskCard key={disk.name} disk={disk} />)} />
      <Group title="Lists" of={scene.lists.map((list) => <ListCard key={list.name} list={list} />)} />
      <Group title="Other objects" of={objects} />
    </div>
  )
}

function Group({ title, of }: { readonly title: string; readonly of: readonly ComponentChildren[] }) {
  if (of.length === 0) return null
  return (
    <section class="group" aria-label={title}>
      <h2>{title}</h2>
      <div class="cards">{of}</div>
    </section>
  )
}

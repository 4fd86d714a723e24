import { fixesFor, misfit } from '../../races/configurations.js'
import type { Configuration, FileSystem, Memory, Race } from '../../races/race.js'
import { dateText, MEMORY_WORDS } from '../parts/words.js'

interface ChoicesProps {
  readonly race: Race
  readonly configuration: Configuration
  readonly onChoose: (configuration: Configuration) => void
}

/** Kernel, file system, memory model and fixes. */
export function Choices({ race, configuration, onChoose }: ChoicesProps) {
  const { kernel, fs, memory, fixes } = configuration
  const choose = (change: Partial<Configuration>): void => onChoose({ ...configuration, ...change })
  const chooseKernel = (version: string): void =>
    choose({ kernel: version, fixes: fixes.filter((fix) => misfit(race, [fix], version) === undefined) })
  const toggle = (name: string): void => choose({ fixes: fixes.includes(name) ? fixes.filter((fix) => fix !== name) : [...fixes, name] })
  return (
    <section class="choices" aria-label="What to explore">
      <div class="selects">
        <Select label="Kernel" value={kernel} options={race.kernels} onSelect={chooseKernel} />
        <Select label="File system" value={fs} options={race.fileSystems} onSelect={(chosen) => choose({ fs: chosen as FileSystem })} />
        <Select
          label="Memory"
          value={memory}
          options={race.memories}
          words={MEMORY_WORDS}
          onSelect={(chosen) => choose({ memory: chosen as Memory })}
        />
      </div>
      <fieldset>
        <legend>Fixes, applied in the order in which you choose them</legend>
        <ol class="fixes">
          {fixesFor(race, kernel).map((fix) => {
            const at = fixes.indexOf(fix.name)
            return (
              <li key={fix.name}>
                <label>
                  <input type="checkbox" checked={at >= 0} onChange={() => toggle(fix.name)} />
                  <span>
                    <span class="mono strong">{fix.name}</span>
                    {fixes.length > 1 && at >= 0 && <span class="order"> {at + 1}</span>}
                    <span class="muted by">
                      {fix.author}, {dateText(fix.date)}
                    </span>
                    <span class="what">{fix.summary}</span>
                  </span>
                </label>
              </li>
            )
          })}
        </ol>
      </fieldset>
    </section>
  )
}

interface SelectProps {
  readonly label: string
  readonly value: string
  readonly options: readonly string[]
  readonly words?: Readonly<Record<string, string>>
  readonly onSelect: (value: string) => void
}

function Select({ label, value, options, words = {}, onSelect }: SelectProps) {
  return (
    <label class="select">
      <span>{label}</span>
      <select class="field" value={value} disabled={options.length < 2} onChange={(event) => onSelect(event.currentTarget.value)}>
        {options.map((option) => (
          <option key={option} value={option}>
            {words[option] ?? option}
          </option>
        ))}
      </select>
    </label>
  )
}

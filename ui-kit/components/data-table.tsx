import type { ReactNode } from 'react'
import { classNames } from './class-names.ts'

/** One column. Numeric ones align right under their header, which also names the unit. */
export interface Column<Row> {
  id: string
  header: ReactNode
  numeric?: boolean
  cell(row: Row): ReactNode
  /** A width such as `8rem`; the others share what is left. */
  width?: string
}

const cellClass = ({ numeric }: { numeric?: boolean }) =>
  classNames('px-2 py-1 first:pl-0 last:pr-0', numeric ? 'text-right tabular-nums' : 'text-left')

/**
 * A table. Dense rows are 28 px, others 36 px high at 100 %.
 * @param props.caption its name, for screen readers unless `showCaption`
 * @param props.totals a last row of sums, by column id
 */
export function DataTable<Row>(props: {
  caption: string
  columns: readonly Column<Row>[]
  rows: readonly Row[]
  rowKey(row: Row): string
  totals?: Readonly<Record<string, ReactNode>>
  dense?: boolean
  showCaption?: boolean
  empty?: ReactNode
  rowLabel?(row: Row): string | undefined
  /** Size of its text; `text-dense` on the console only. */
  className?: string
}) {
  const height = props.dense ? 'h-7' : 'h-9'
  return (
    <table className={classNames('w-full border-collapse', props.className ?? 'text-floor')}>
      <caption className={props.showCaption ? 'pb-1 text-left text-body font-semibold' : 'sr-only'}>
        {props.caption}
      </caption>
      <thead>
        <tr className={classNames(height, 'text-second', props.dense && 'text-dense')}>
          {props.columns.map((column) => (
            <th
              key={column.id}
              scope="col"
              style={column.width ? { width: column.width } : undefined}
              className={classNames(cellClass(column), 'font-normal')}
            >
              {column.header}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {props.rows.map((row) => (
          <tr
            key={props.rowKey(row)}
            aria-label={props.rowLabel?.(row)}
            className={classNames(height, 'border-t border-hairline')}
          >
            {props.columns.map((column) => (
              <td key={column.id} className={cellClass(column)}>
                {column.cell(row)}
              </td>
            ))}
          </tr>
        ))}
        {props.rows.length === 0 && props.empty !== undefined && (
          <tr className="border-t border-hairline">
            <td colSpan={props.columns.length} className="py-3 text-second">
              {props.empty}
            </td>
          </tr>
        )}
      </tbody>
      {props.totals && <Totals columns={props.columns} totals={props.totals} height={height} />}
    </table>
  )
}

function Totals<Row>(props: {
  columns: readonly Column<Row>[]
  totals: Readonly<Record<string, ReactNode>>
  height: string
}) {
  return (
    <tfoot>
      <tr className={classNames(props.height, 'border-t border-border font-semibold')}>
        {props.columns.map((column) => (
          <td key={column.id} className={cellClass(column)}>
            {props.totals[column.id]}
          </td>
        ))}
      </tr>
    </tfoot>
  )
}

/** Tasks in a table. They close by themselves, when what they ask for is there. */
import { Link } from "@tanstack/react-router";
import type { Task } from "../../shared/http/answers/enforcement.ts";
import { Moment, StateTag } from "../look/pieces.tsx";
import { nameOf, reasonOf } from "./words.ts";

export function TaskTable({ tasks, withPlaintiff = false }: {
  readonly tasks: readonly Task[];
  readonly withPlaintiff?: boolean;
}) {
  return (
    <div className="scroll" tabIndex={0} role="region" aria-label="Table of tasks">
      <table>
        <thead>
          <tr>
            <th scope="col">Task</th>
            {withPlaintiff && <th scope="col">Plaintiff</th>}
            <th scope="col">State</th>
            <th scope="col">Priority</th>
            <th scope="col">For</th>
            <th scope="col">Because</th>
            <th scope="col">Since</th>
            <th scope="col">Done</th>
          </tr>
        </thead>
        <tbody>
          {tasks.map((task) => (
            <tr key={task.task_id}>
              <th scope="row" className="keep">{task.title}</th>
              {withPlaintiff && (
                <td className="keep">
                  <Link to="/enforcement/plaintiffs/$id" params={{ id: task.plaintiff_id }}>
                    {nameOf(task)}
                  </Link>
                </td>
              )}
              <td>
                <StateTag status={task.status} />
              </td>
              <td>{task.priority}</td>
              <td>{task.assigned_role ?? <span className="quiet">–</span>}</td>
              <td>{reasonOf(task.reason)}</td>
              <td>
                <Moment at={task.created_at} />
              </td>
              <td>
                <Moment at={task.completed_at} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

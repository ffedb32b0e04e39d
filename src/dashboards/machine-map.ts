/** A map of the shop's machines: where each stands, how much it sells, and whether it earns what it costs. */
import {
  FrameGeometrySourceBuilder,
  FrameGeometrySourceMode,
  MapLayerOptionsBuilder,
} from '@grafana/grafana-foundation-sdk/common';
import {
  FieldColorBuilder,
  FieldColorModeId,
  ThresholdsConfigBuilder,
  ThresholdsMode,
} from '@grafana/grafana-foundation-sdk/dashboard';
import {
  MapViewConfigBuilder,
  PanelBuilder,
  TooltipMode,
  TooltipOptionsBuilder,
} from '@grafana/grafana-foundation-sdk/geomap';

/** Its columns are those of machines-on-the-map. The view follows the machines that are shown. */
export function mapPanel(): PanelBuilder {
  return new PanelBuilder()
    .view(new MapViewConfigBuilder().id('fit').allLayers(true).padding(10).zoom(13))
    .basemap(new MapLayerOptionsBuilder().type('default').name('streets'))
    .layers([machines()])
    .tooltip(new TooltipOptionsBuilder().mode(TooltipMode.Details))
    .colorScheme(new FieldColorBuilder().mode(FieldColorModeId.Thresholds))
    .thresholds(
      new ThresholdsConfigBuilder().mode(ThresholdsMode.Absolute).steps([
        { value: null, color: 'red' },
        { value: 0, color: 'green' },
      ]),
    );
}

/** A circle a machine: the more it sells the larger, red where it loses money. */
function machines(): MapLayerOptionsBuilder {
  return new MapLayerOptionsBuilder()
    .type('markers')
    .name('machines')
    .tooltip(true)
    .location(
      new FrameGeometrySourceBuilder().mode(FrameGeometrySourceMode.Coords).latitude('latitude').longitude('longitude'),
    )
    .config({
      showLegend: false,
      style: {
        color: { field: 'profit', fixed: 'green' },
        opacity: 0.7,
        size: { field: 'sold', fixed: 6, min: 4, max: 16 },
        symbol: { mode: 'fixed', fixed: 'img/icons/marker/circle.svg' },
      },
    });
}
